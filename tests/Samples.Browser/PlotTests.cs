namespace Patchy.Samples.Browser;

/// <summary>Sample 41 in real browsers.</summary>
public class PlotTests
{
    private const string Line = "document.querySelector('polyline').getAttribute('points')";
    private const string Last = "(points.at(-1)?.x ?? -1)"; // a variable of the page: what has come

    [BrowserTheory]
    [InlineData("user")]
    [InlineData("kernel")]
    public async Task Plot_InTwoBrowsers_MovesInEach(string fiberKind)
    {
        await using SampleServer server = await SampleServer.StartAsync("41-WebSocketPlot", fiberKind);
        await using Visitor first = await Visitor.ComeAsync(server.Address);
        await first.UntilAsync($"{Last} >= 1");
        await using Visitor second = await Visitor.ComeAsync(server.Address);

        foreach (Visitor visitor in new[] { first, second })
        {
            await visitor.UntilAsync($"{Last} >= 2");
            byte[] picture = await visitor.PictureAsync(); // first: while it is taken the plot goes on
            int last = await visitor.ReadAsync<int>(Last);
            string line = await visitor.ReadAsync<string>(Line);
            line.Split(' ').Length.Should().BeGreaterThan(2, "a line goes through the points");
            await visitor.UntilAsync($"{Last} >= {last + 3}");
            (await visitor.ReadAsync<string>(Line)).Should().NotBe(line);
            (await visitor.PictureAsync()).Should().NotEqual(picture, "the drawing is seen to change");
        }
        int ofSecond = await second.ReadAsync<int>(Last);
        (await first.ReadAsync<int>(Last)).Should().BeGreaterThan(ofSecond, "each has a socket of its own, and the first came earlier");
        (await first.ReadAsync<string>("document.getElementById('status').textContent")).Should().MatchRegex("^Connected: point [0-9]+ is [1-5]$");
        await first.ScreenshotAsync($"plot-{fiberKind}");

        await server.StopAsync();
        await first.UntilAsync("document.getElementById('status').textContent === 'Closed'");
        first.Errors.Concat(second.Errors).Should().BeEmpty();
    }
}
