using System.Collections.Concurrent;
using PuppeteerSharp;

namespace Patchy.Samples.Browser;

/// <summary>A person with a browser of their own: a headless Chromium, and a page in it. What goes wrong in the page is kept.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    private const int Patience = 90_000; // milliseconds: for a machine that has much else to do

    private readonly IBrowser _browser;
    private readonly IPage _page;
    private readonly ConcurrentQueue<string> _errors = new();

    private Visitor(IBrowser browser, IPage page)
    {
        _browser = browser;
        _page = page;
        page.DefaultTimeout = Patience;
        page.PageError += (_, error) => _errors.Enqueue(error.Message);
        page.RequestFailed += (_, failed) => _errors.Enqueue($"{failed.Request.Url}: {failed.Request.FailureText}");
    }

    /// <summary>The program, or null where there is none.</summary>
    public static string? Chromium { get; } = Environment.GetEnvironmentVariable("PATH")?.Split(':')
        .SelectMany(static folder => new[] { Path.Combine(folder, "chromium"), Path.Combine(folder, "chromium-browser") }).FirstOrDefault(File.Exists);

    /// <summary>Errors of scripts and failed requests since the browser was started.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    public static async Task<Visitor> ComeAsync(Uri address)
    {
        IBrowser browser = await Puppeteer.LaunchAsync(new LaunchOptions
        {
            ExecutablePath = Chromium,
            Headless = true,
            Timeout = Patience,
            Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"], // CI is root, in a container with a small /dev/shm
            DefaultViewport = new ViewPortOptions { Width = 800, Height = 640 },
        });
        try
        {
            var visitor = new Visitor(browser, (await browser.PagesAsync())[0]);
            await visitor._page.GoToAsync(address.AbsoluteUri);
            return visitor;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>Fills a field of the page.</summary>
    public async Task TypeAsync(string selector, string text)
    {
        await _page.WaitForSelectorAsync(selector);
        await _page.TypeAsync(selector, text);
    }

    /// <summary>Clicks on something that stays on the page.</summary>
    public Task ClickAsync(string selector) => _page.ClickAsync(selector);

    /// <summary>Clicks on something that leads to another page, and waits for that.</summary>
    public async Task FollowAsync(string selector)
    {
        await _page.WaitForSelectorAsync(selector);
        Task<IResponse> next = _page.WaitForNavigationAsync();
        await _page.ClickAsync(selector);
        await next;
    }

    /// <summary>Waits until the page's own script has made this expression true.</summary>
    public async Task UntilAsync(string expression)
    {
        try
        {
            await _page.WaitForExpressionAsync(expression);
        }
        catch (WaitTaskTimeoutException e)
        {
            throw new TimeoutException($"{expression} has not come true. The page: {await ReadAsync<string>("document.body.innerText")}\nIts errors: {string.Join('\n', _errors)}", e);
        }
    }

    public Task<T> ReadAsync<T>(string expression) => _page.EvaluateExpressionAsync<T>(expression);

    public Task<byte[]> PictureAsync() => _page.ScreenshotDataAsync();

    public Task ScreenshotAsync(string name) => _page.ScreenshotAsync(Repository.Screenshot(name));

    public async ValueTask DisposeAsync() => await _browser.DisposeAsync();
}
