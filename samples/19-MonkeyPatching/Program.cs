// What a call of Select and of a socket resolves to, before and after patching. Names stay what they are: what changes is where the call goes.
using System.Net.Sockets;
using System.Reflection;
using Patchy;

MethodInfo select = Method("SocketPal", "Select");
MethodInfo receive = Method("SocketAsyncContext", "ReceiveFrom");

Show("Select, before", select);
Show("Receive, before", receive);
Patch.Select();
Patch.Socket();
Show("Select, after", select);
Show("Receive, after", receive);

static void Show(string when, MethodInfo method)
{
    PatchReportRow? row = Patch.GetPatchInfo(method);
    Console.WriteLine($"{when}: {row?.Replacement ?? $"{method.DeclaringType!.Name}.{method.Name} of .NET itself"}");
}

// The one place in the class library where every overload arrives.
static MethodInfo Method(string type, string name) =>
    typeof(Socket).Assembly.GetType($"System.Net.Sockets.{type}", throwOnError: true)!
        .GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).First(method => method.Name == name);
