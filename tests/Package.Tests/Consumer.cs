namespace Patchy.Package.Tests;

/// <summary>A project outside of this repository, in a folder with a space in its name, as a user would have it.</summary>
internal sealed class Consumer : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("patchy consumer ");
    private readonly string _project;

    /// <param name="feed">Where the package comes from.</param>
    /// <param name="source">A file of Programs, or the path of another; its extension says the language.</param>
    /// <param name="properties">What is in the project's PropertyGroup besides.</param>
    /// <param name="items">What is in its ItemGroup.</param>
    public Consumer(LocalFeed feed, string source, string properties = "", string items = "")
    {
        string path = Path.Combine(LocalFeed.Root, source.Contains('/') ? source : $"tests/Package.Tests/Programs/{source}");
        string extension = Path.GetExtension(path);
        File.Copy(path, Path.Combine(_folder.FullName, "Program" + extension));
        _project = Path.Combine(_folder.FullName, $"App{extension}proj");
        File.WriteAllText(_project, $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <RuntimeIdentifier Condition="'$(PublishSingleFile)$(PublishReadyToRun)$(PublishTrimmed)' != ''">linux-x64</RuntimeIdentifier>
                <SelfContained Condition="'$(SelfContained)' == ''">false</SelfContained>
                <NuGetAudit>false</NuGetAudit>
                <SatelliteResourceLanguages>en</SatelliteResourceLanguages>
                <RestoreAdditionalProjectSources>{feed.Source}</RestoreAdditionalProjectSources>
                {properties}
              </PropertyGroup>
              <ItemGroup>
                <Compile Include="Program.fs" Condition="'{extension}' == '.fs'" />
                {items}
              </ItemGroup>
            </Project>
            """);
    }

    /// <summary>The item that refers to the package.</summary>
    public static string Reference(LocalFeed feed) => $"""<PackageReference Include="Patchy" Version="{feed.Version}" />""";

    public string Folder => _folder.FullName;

    /// <summary>The program, made with `dotnet publish`, in a folder of that name.</summary>
    public string Publish(string output, params string[] properties)
    {
        Command command = TryPublish(output, properties);
        return command.ExitCode == 0 ? Path.Combine(Folder, output, "App") : throw new InvalidOperationException($"the program could not be published: {command}");
    }

    public Command TryPublish(string output, params string[] properties) => Command.Run(Folder, "dotnet", ["publish", _project, "-c", "Release", "-o", output, .. properties.Select(static property => $"-p:{property}")]);

    public void Dispose() => _folder.Delete(recursive: true);
}
