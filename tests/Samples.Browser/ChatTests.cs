namespace Patchy.Samples.Browser;

/// <summary>Sample 42 in real browsers.</summary>
public class ChatTests
{
    [BrowserTheory]
    [InlineData("user")]
    [InlineData("kernel")]
    public async Task Chat_BetweenTwoBrowsers_ShowsEachWhatTheOtherSays(string fiberKind)
    {
        await using SampleServer server = await SampleServer.StartAsync("42-Chat", fiberKind);
        await using Visitor ann = await Visitor.ComeAsync(server.Address), bob = await Visitor.ComeAsync(server.Address);

        await ComeInAsync(ann, "Ann", "topic1");
        await SayAsync(ann, "Is anybody here?");
        await SeesAsync(ann, "Ann", "Is anybody here?");

        await ComeInAsync(bob, "Bob <b>", "topic1");
        await SeesAsync(bob, "Ann", "Is anybody here?"); // the backlog
        await SayAsync(bob, "Grüße, <i>Ann</i> & Привет");
        await SeesAsync(ann, "Bob <b>", "Grüße, <i>Ann</i> & Привет"); // as text: not as markup
        await SayAsync(ann, "There you are, Bob.");
        await SeesAsync(bob, "Ann", "There you are, Bob.");
        await SeesAsync(ann, "Ann", "There you are, Bob.");

        string[] lines = await bob.ReadAsync<string[]>("[...document.querySelectorAll('#messages li')].map(line => line.querySelector('b').textContent)");
        lines.Should().Equal(["Ann", "Bob <b>", "Ann"], "nothing is shown twice");
        (await ann.ReadAsync<int>("document.querySelectorAll('#messages li').length")).Should().Be(3);
        await Task.WhenAll(ann.ScreenshotAsync($"chat-{fiberKind}-ann"), bob.ScreenshotAsync($"chat-{fiberKind}-bob"));
        ann.Errors.Concat(bob.Errors).Should().BeEmpty();

        await server.StopAsync(); // while both pages wait for news
        await ann.UntilAsync("document.getElementById('error').textContent.includes('Trying again')");
    }

    private static async Task ComeInAsync(Visitor visitor, string name, string room)
    {
        await visitor.TypeAsync("input[name=name]", name);
        await visitor.FollowAsync("button");
        (await visitor.ReadAsync<string>("document.querySelector('h1').textContent")).Should().Be($"Hello {name}");
        await visitor.FollowAsync($"a[href^='/{room}/']");
        (await visitor.ReadAsync<string>("document.querySelector('h1').textContent")).Should().Be(room);
    }

    private static async Task SayAsync(Visitor visitor, string text)
    {
        await visitor.TypeAsync("input[name=message]", text);
        await visitor.ClickAsync("button");
        await visitor.UntilAsync("document.forms[0].elements.message.value === ''"); // it has been sent
    }

    private static Task SeesAsync(Visitor visitor, string name, string text) =>
        visitor.UntilAsync($"[...document.querySelectorAll('#messages li')].some(line => line.firstChild.textContent === '{name}' && line.lastChild.textContent === '{text}')");
}
