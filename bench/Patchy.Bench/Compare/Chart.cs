using System.Globalization;
using System.Security;
using System.Text;

namespace Patchy.Bench.Compare;

/// <summary>A chart of one section as SVG: bars of the first figure, a part for each table. Follows the reader's light or dark scheme.</summary>
internal static class Chart
{
    private const int Width = 760, LabelWidth = 170, ValueWidth = 90, BarHeight = 16, RowHeight = 21, TitleHeight = 44, Margin = 12;
    private const int BarsWidth = Width - LabelWidth - ValueWidth - 2 * Margin;
    private const string Style = """
        text { font: 12px system-ui, sans-serif; fill: #24292f } .title { font-weight: 600; font-size: 13px } .unit { fill: #57606a } .bar { fill: #8fa3b8 } .own { fill: #1a7f64 }
        @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .unit { fill: #9aa4af } .bar { fill: #5d6b7a } .own { fill: #2ea98a } }
        """;

    public static string Of(string title, IReadOnlyList<CaseResult> results)
    {
        var body = new StringBuilder();
        int y = Margin;
        foreach (CaseResult result in results.Where(r => r.Columns.Count > 0)) y = AppendPart(body, result, y);
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {y}" width="{Width}" height="{y}" role="img">
            <title>{SecurityElement.Escape(title)}</title>
            <style>
            {Style}
            </style>
            {body}</svg>

            """;
    }

    private static int AppendPart(StringBuilder body, CaseResult result, int top)
    {
        string column = result.Columns[0];
        string better = Columns.MoreIsBetter(column) ? "longer is better" : "shorter is better";
        body.Append($"<text class=\"title\" x=\"{Margin}\" y=\"{top + 18}\">{SecurityElement.Escape(result.Title)}</text>\n");
        body.Append($"<text class=\"unit\" x=\"{Margin}\" y=\"{top + 34}\">{SecurityElement.Escape(Columns.Heading(column))}, {better}</text>\n");
        double most = result.Rows.Max(r => r.Median?[column] ?? 0);
        int y = top + TitleHeight;
        foreach (Row row in result.Rows)
        {
            double value = Math.Max(0, row.Median?[column] ?? 0);
            int length = most <= 0 ? 1 : Math.Max(1, (int)Math.Round(BarsWidth * value / most));
            string shown = row.Median is null ? "failed" : Columns.Show(row.Median[column]);
            string colour = row.Name.StartsWith("Patchy", StringComparison.Ordinal) ? "own" : "bar";
            body.Append(CultureInfo.InvariantCulture, $"<text x=\"{Margin + LabelWidth - 8}\" y=\"{y + 13}\" text-anchor=\"end\">{SecurityElement.Escape(row.Name)}</text>");
            body.Append(CultureInfo.InvariantCulture, $"<rect class=\"{colour}\" x=\"{Margin + LabelWidth}\" y=\"{y}\" width=\"{length}\" height=\"{BarHeight}\" rx=\"2\"/>");
            body.Append(CultureInfo.InvariantCulture, $"<text x=\"{Margin + LabelWidth + length + 6}\" y=\"{y + 13}\">{shown}</text>\n");
            y += RowHeight;
        }
        return y + Margin;
    }
}
