using System;
using System.Text;

namespace Patchy;

/// <summary>A method as a reader of C# would write it: "System.Threading.Thread.Sleep(System.Int32)" becomes "Thread.Sleep(int)".</summary>
internal static class MethodText
{
    private const string Interop = "g____PInvoke";

    public static string Short(string target)
    {
        int open = target.IndexOf('(');
        string head = open < 0 ? target : target[..open];
        int dot = head.LastIndexOf('.');
        string type = dot < 0 ? "" : head[..dot], method = head[(dot + 1)..];
        string last = type[(type.LastIndexOfAny(['.', '+']) + 1)..];
        if (last.StartsWith('<'))
        {
            // Of a lambda or a state machine: what the compiler made stands inside the type that a reader knows.
            if (method == "MoveNext" && last.Length > 1 && last[1] != '>') method = last;
            type = type[..Math.Max(0, type.Length - last.Length - 1)];
            last = type[(type.LastIndexOfAny(['.', '+']) + 1)..];
        }
        var text = new StringBuilder(last);
        if (last.Length > 0) text.Append('.');
        text.Append(MethodName(method));
        if (open >= 0) Parameters(text, target[open..]);
        return text.ToString();
    }

    /// <summary>
    /// The compiler's names: "&lt;M&gt;g____PInvoke" (which the interop generator makes for a P/Invoke), "&lt;M&gt;g__Local|0_0", "&lt;M&gt;b__0_0" (a lambda), "&lt;M&gt;d__0" (an
    /// iterator, or async), and "&lt;Main&gt;$".
    /// </summary>
    private static string MethodName(string name)
    {
        int end = name.LastIndexOf('>');
        if (!name.StartsWith('<') || end < 2) return name;
        string around = MethodName(name[1..end]), made = name[(end + 1)..];
        if (made.StartsWith(Interop, StringComparison.Ordinal)) return $"{around}'s P/Invoke";
        if (made.StartsWith("g__", StringComparison.Ordinal)) return $"{around}'s {made[3..].Split('|')[0]}";
        return made.StartsWith("b__", StringComparison.Ordinal) ? $"{around}'s lambda" : around;
    }

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
