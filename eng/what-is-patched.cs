// Writes the tables of what is patched, from patch-manifest.json: the short one into README.md, the whole one into docs/what-is-patched.md.
//   dotnet run eng/what-is-patched.cs              writes them
//   dotnet run eng/what-is-patched.cs -- --check   writes nothing; exit code 1 when they are not current
// tests/Docs.Tests compiles this file and checks with it.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

string[] groupOrder = ["time", "thread", "monitor", "wait", "task", "socket", "dns", "select", "process", "pipe", "console", "file"];
var makesCooperative = new Dictionary<string, string>
{
    ["time"] = "`Thread.Sleep`, `Thread.Yield`, `SpinWait`",
    ["thread"] = "`new Thread(...).Start()` makes a green thread; `Join`, `Interrupt`, `ThreadState`, `IsBackground` answer as ever",
    ["monitor"] = "`lock`, `Monitor.Wait/Pulse`, `System.Threading.Lock`",
    ["wait"] = "wait handles, and what waits on them or on a lock: events, semaphores, mutexes, `ManualResetEventSlim`, `SemaphoreSlim`, `BlockingCollection`",
    ["task"] = "`Task.Wait`, `Task.Result`, `Parallel`, PLINQ: through the groups `wait` and `monitor`",
    ["socket"] = "blocking `Socket` calls, and so `TcpClient`, `NetworkStream`, `SslStream`, `HttpClient.Send`, `HttpWebRequest`, `WebClient`, `FtpWebRequest`, `SmtpClient`, `Ping`, pipes",
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
foreach (string unknown in rows.Select(r => r.Group).Distinct().Except(groupOrder))
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
    var text = new StringBuilder("| group | what becomes cooperative | methods redirected | public members |\n| --- | --- | ---: | ---: |\n");
    foreach (string group in groupOrder)
    {
        List<Row> own = [.. rows.Where(r => r.Group == group)];
        int redirected = own.Count(r => r.Action == "patch"), inherit = own.Count(r => r.Action == "inherits");
        if (redirected + inherit > 0) text.Append($"| `{group}` | {makesCooperative[group]} | {redirected} | {inherit} |\n");
    }
    return text.Append($"\nOf {rows.Where(r => r.Action != "patch").Sum(r => r.Members)} public members that were looked at, {rows.Count(r => r.Action == "refuse")} block and are left alone.\n").ToString();
}

string Whole()
{
    var text = new StringBuilder("# What is patched\n\nWritten by `dotnet run eng/what-is-patched.cs` from `patch-manifest.json`; do not edit.\n\n");
    text.Append("Everything public in the namespaces of the class library that can block a thread is classified, and a test asks the running framework whether anything is missing. ")
        .Append("Other types wait only through these.\n\n| | members | |\n| --- | ---: | --- |\n");
    Count("patch", "redirected", "some of them public, most below the public ones, where nothing can go past them");
    Count("inherits", "cooperative", "they call what is redirected");
    Count("refuse", "block", "they are left alone; the reasons are below");
    Count("pass", "pass", "they do not wait");
    text.Append("\n- [What blocks](#what-blocks)\n- [What is redirected](#what-is-redirected)\n- [What is cooperative through it](#what-is-cooperative-through-it)\n- [What does not wait](#what-does-not-wait)\n");

    text.Append("\n## What blocks\nFiles have no readiness to wait for, and gevent leaves them too. When such a call can be slow, give it to a `NativeThreadPool` and wait for it there.\n");
    Grouped("refuse", "why", r => r.Note);

    text.Append("\n## What is redirected\nBy: `cell` redirects a method of the class library, `slot` a native call of the runtime.\n");
    foreach (string group in groupOrder)
    {
        List<Row> patched = [.. rows.Where(r => r.Action == "patch" && r.Group == group)];
        if (patched.Count == 0) continue;
        text.Append($"\n### {group}\n{makesCooperative[group]}.\n\n| method | by | note |\n| --- | --- | --- |\n");
        foreach (Row row in patched) text.Append($"| {Code($"{row.Type}.{row.Member}")} | {row.Mechanism} | {Cell(row.Note)} |\n");
    }

    text.Append("\n## What is cooperative through it\nBy group and type; members with one reason share a line.\n");
    Grouped("inherits", "how", r => r.Note);

    text.Append("\n## What does not wait\nTypes of which no member waits, with their numbers of members; then the members of the types above that do not.\n\n");
    foreach (string space in rows.Where(r => r.Action == "pass").Select(r => r.Namespace).Distinct().Order(StringComparer.Ordinal))
    {
        List<Row> own = [.. rows.Where(r => r.Action == "pass" && r.Namespace == space)];
        text.Append($"- **{space}**: ").AppendJoin(", ", own.GroupBy(r => r.ShortType).OrderBy(g => g.Key, StringComparer.Ordinal).Select(type => $"{Code(type.Key)} {Told(type)}")).Append('\n');
    }
    return text.ToString();

    void Count(string action, string title, string words) => text.Append($"| **{title}** | {rows.Where(r => r.Action == action).Sum(r => r.Members)} | {words} |\n");

    void Grouped(string action, string why, Func<Row, string> reason)
    {
        foreach (string group in groupOrder)
        {
            List<Row> own = [.. rows.Where(r => r.Action == action && r.Group == group)];
            if (own.Count == 0) continue;
            text.Append($"\n### {group}: {own.Count}\n| type | members | {why} |\n| --- | --- | --- |\n");
            foreach (var type in own.GroupBy(r => r.Type).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                foreach (var same in type.GroupBy(reason)) text.Append($"| {Code(type.Key)} | {Names(same)} | {Cell(same.Key)} |\n");
            }
        }
    }
}

// Overloads are counted; one that another row treats differently is in the manifest with its parameters.
static string Names(IEnumerable<Row> members) =>
    string.Join(", ", members.GroupBy(r => r.Name).Select(name => name.Count() == 1 ? Code(name.Key) : $"{Code(name.Key)} ×{name.Count()}"));

static string Told(IEnumerable<Row> type)
{
    List<Row> members = [.. type];
    string reason = members[0].Member == "*" && members[0].Note.Length > 0 ? $": {members[0].Note}" : "";
    return $"({members.Sum(r => r.Members)}{reason})";
}

static string Cell(string text) => text.Replace("|", "\\|").Replace("<", "&lt;").Replace("`", "\\`");

// A generic type's name has a backtick in it.
static string Code(string text) => text.Contains('`') ? $"`` {text} ``" : $"`{text}`";

internal sealed record Row(string Type, string Member, string Action, string Group, string Mechanism, string Note, int Members)
{
    public string Name => Member.Split('(')[0].Split('`')[0];

    public string Namespace => Type.Contains('.') ? Type[..Type.LastIndexOf('.')] : "";

    public string ShortType => Type[(Type.LastIndexOf('.') + 1)..];

    public static Row Of(JsonElement row)
    {
        string note = Field(row, "note");
        int members = row.TryGetProperty("members", out JsonElement count) ? count.GetInt32() : 1;
        return new(Field(row, "type"), Field(row, "member"), Field(row, "action"), Field(row, "group"), Field(row, "mechanism"), note.Length > 0 ? note : Field(row, "reason"), members);
    }

    private static string Field(JsonElement row, string name) => row.TryGetProperty(name, out JsonElement value) ? value.ToString() : "";
}
