namespace Patchy.Linking;

/// <summary>A part of an object of the API that can be waited for. The words are put together only for a dump.</summary>
internal sealed class ApiWait(string what, object? of = null) : IApiWait
{
    public bool EndsByApiOnly => true;

    public override string ToString() => of is null ? what : $"{what} of {of}";
}
