using System;
using System.IO;
using Spectre.Console;

namespace Patchy.Tool;

/// <summary>Rows in columns: as wide as the terminal, or as wide as they are where the output goes to a file or another program.</summary>
internal sealed class OutputTable
{
    private const int Unlimited = 4096;

    private readonly Table _table = new Table().Border(TableBorder.None);

    public OutputTable(params string[] columns)
    {
        foreach (string column in columns) _table.AddColumn(new TableColumn(new Text(column)).PadRight(2));
    }

    public void Add(params string[] cells) => _table.AddRow(Array.ConvertAll(cells, static cell => new Text(cell)));

    public void Print()
    {
        if (!Console.IsOutputRedirected)
        {
            AnsiConsole.Write(_table);
            return;
        }
        using var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = Unlimited;
        console.Write(_table);
        foreach (string line in text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)) Console.Out.WriteLine(line.TrimEnd());
    }
}
