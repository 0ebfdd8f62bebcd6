using System.Text;

namespace Patchy;

/// <summary>A method as a reader of C# would write it: "System.Threading.Thread.Sleep(System.Int32)" becomes "Thread.Sleep(int)".</summary>
internal static class MethodText
{
    public static string Short(string target)
    {
        int open = target.IndexOf('(');
        string head = open < 0 ? target : target[..open];
        int method = head.LastIndexOf('.');
        string type = method < 0 ? "" : head[..method];
        var text = new StringBuilder(type[(type.LastIndexOfAny(['.', '+']) + 1)..]);
        if (method >= 0) text.Append('.');
        text.Append(MethodName(head[(method + 1)..]));
        if (open >= 0) Parameters(text, target[open..]);
        return text.ToString();
    }

    /// <summary>The local function that the interop generator makes for a P/Invoke belongs to the method around it.</summary>
    private static string MethodName(string name) =>
        name.StartsWith('<') && name.IndexOf('>') is > 1 and var end ? $"{name[1..end]}'s P/Invoke" : name;

    private static void Parameters(StringBuilder text, string list)
    {
        int start = 0;
        for (int i = 0; i <= list.Length; i++)
        {
            if (i < list.Length && (char.IsLetterOrDigit(list[i]) || list[i] is '.' or '+' or '_')) continue;
            string name = list[start..i];
            text.Append(Keyword(name[(name.LastIndexOfAny(['.', '+']) + 1)..]));
            if (i < list.Length) text.Append(list[i] == ',' ? ", " : list[i].ToString());
            start = i + 1;
        }
    }

    private static string Keyword(string type) => type switch
    {
        "Int32" => "int",
        "Int64" => "long",
        "Boolean" => "bool",
        "Byte" => "byte",
        "String" => "string",
        "Object" => "object",
        "IntPtr" => "nint",
        _ => type,
    };
}
