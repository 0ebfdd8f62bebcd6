// Writes the tables of what is patched, from patch-manifest.json: the short one into README.md, the whole one into docs/what-is-patched.md.
//   dotnet run eng/what-is-patched.cs              writes them
//   dotnet run eng/what-is-patched.cs -- --check   writes nothing; exit code 1 when they are not current
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

string[] groupOrder = ["time", "thread", "monitor", "wait", "task", "socket", "dns", "select", "process", "pipe", "console", "file"];
var makesCooperative = new Dictionary<string, string>
{
    ["time"] = "`Thread.Sleep`, `Thread.Yield`, `SpinWait`",
    ["thread"] = "`new Thread(...).Start()` makes a green thread; `Join`, `Interrupt`, `ThreadState`, `IsBackground` answer as ever",
    ["monitor"] = "`lock`, `Monitor.Wait/Pulse`, `System.Threading.Lock`",
    ["wait"] = "wait handles, and what waits on them or on a lock: events, semaphores, mutexes, `ManualResetEventSlim`, `SemaphoreSlim`, `BlockingCollection`, `Task.Wait`, `Task.Result`",
    ["task"] = "what only tasks need, beyond the group `wait`",
    ["socket"] = "blocking `Socket` calls, and so `TcpClient`, `NetworkStream`, `SslStream`, `WebClient`, `HttpWebRequest`, `HttpClient.Send`",
    ["dns"] = "`Dns.GetHostAddresses`, `GetHostEntry`, and connecting by name",
    ["select"] = "`Socket.Select`, `Socket.Poll`",
    ["process"] = "`Process.WaitForExit`, redirected output and input",
    ["pipe"] = "FIFOs and character devices opened as files",
    ["console"] = "`Console.ReadLine`, `ReadKey`, redirected input, output into a full pipe",
    ["file"] = "regular files; off by default",
};

string root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, ".."));
using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(root, "patch-manifest.json")));
string[] parts = ["patches", "classified"];
List<Row> rows = [.. parts.SelectMany(part => manifest.RootElement.GetProperty(part).EnumerateArray()).Select(Row.Of)];
foreach (string unknown in rows.Where(r => r.Action == "patch").Select(r => r.Group).Distinct().Except(groupOrder))
    throw new InvalidDataException($"The manifest has a group '{unknown}': say in {Path.GetFileName(ThisFile())} what it makes cooperative.");

bool current = Update("README.md", text => Between(text, "<!-- what-is-patched -->\n", "<!-- /what-is-patched -->", Summary()))
    & Update("docs/what-is-patched.md", _ => Whole());
return current || !args.Contains("--check") ? 0 : 1;

static string ThisFile([CallerFilePath] string path = "") => path;

bool Update(string path, Func<string, string> change)
{
    string file = Path.Combine(root, path);
    string before = File.Exists(file) ? File.ReadAllText(file) : "";
    string after = change(before);
    if (before == after) return true;
    if (args.Contains("--check")) Console.Error.WriteLine($"{path} is not what patch-manifest.json says: run dotnet run eng/what-is-patched.cs");
    else File.WriteAllText(file, after);
    return false;
}

static string Between(string text, string start, string end, string content)
{
    int from = text.IndexOf(start, StringComparison.Ordinal), to = text.IndexOf(end, StringComparison.Ordinal);
    if (from < 0 || to < from) throw new InvalidDataException($"README.md has lost its marks '{start.Trim()}' and '{end}'.");
    return text[..(from + start.Length)] + content + text[to..];
}

string Summary()
{
    var text = new StringBuilder("| group | what becomes cooperative | methods redirected |\n| --- | --- | ---: |\n");
    foreach (string group in groupOrder)
    {
        int methods = rows.Count(r => r.Action == "patch" && r.Group == group);
        if (methods > 0) text.Append($"| `{group}` | {makesCooperative[group]} | {methods} |\n");
    }
    return text.ToString();
}

string Whole()
{
    var text = new StringBuilder("# What is patched\n\nWritten by `dotnet run eng/what-is-patched.cs` from `patch-manifest.json`; do not edit.\n");
    text.Append("By: `cell` redirects a method of the class library, `slot` a native call of the runtime.\n");
    foreach (string group in groupOrder)
    {
        List<Row> patched = [.. rows.Where(r => r.Action == "patch" && r.Group == group)];
        if (patched.Count == 0) continue;
        text.Append($"\n## {group}\n{makesCooperative[group]}.\n\n| method | by | note |\n| --- | --- | --- |\n");
        foreach (Row row in patched) text.Append($"| `{row.Type}.{row.Member}` | {row.Mechanism} | {row.Note} |\n");
    }
    AppendOthers(text, "refuse", "Blocks, and is not supported");
    AppendOthers(text, "inherits", "Cooperative through another method");
    return text.ToString();
}

void AppendOthers(StringBuilder text, string action, string title)
{
    List<Row> others = [.. rows.Where(r => r.Action == action)];
    if (others.Count == 0) return;
    text.Append($"\n## {title}\n| method | why |\n| --- | --- |\n");
    foreach (Row row in others) text.Append($"| `{row.Type}.{row.Member}` | {row.Note} |\n");
}

internal sealed record Row(string Type, string Member, string Action, string Group, string Mechanism, string Note)
{
    public static Row Of(JsonElement row)
    {
        string note = Field(row, "note");
        return new(Field(row, "type"), Field(row, "member"), Field(row, "action"), Field(row, "group"), Field(row, "mechanism"), note.Length > 0 ? note : Field(row, "reason"));
    }

    private static string Field(JsonElement row, string name) => row.TryGetProperty(name, out JsonElement value) ? value.ToString() : "";
}
