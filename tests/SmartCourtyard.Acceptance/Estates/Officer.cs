using Microsoft.Playwright;

namespace SmartCourtyard.Acceptance.Estates;

/// <summary>A duty officer at a real browser.</summary>
internal sealed class Officer : IAsyncDisposable
{
    private static readonly string[] Arguments =
    [
        // As root in a test machine: no sandbox; and nothing that calls home.
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--autoplay-policy=no-user-gesture-required",
    ];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Officer(IPlaywright playwright, IBrowser browser, IPage page) => (_playwright, _browser, Page) = (playwright, browser, page);

    public IPage Page { get; }

    /// <summary>Everything the page wrote to its console as an error.</summary>
    public List<string> Errors { get; } = [];

    public static async Task<Officer> SitDownAsync(string locale = "zh-CN", int width = 1366, int height = 768, ColorScheme look = ColorScheme.Light)
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = "/usr/bin/chromium", Args = Arguments });
        var page = await browser.NewPageAsync(new BrowserNewPageOptions
        {
            Locale = locale, TimezoneId = "Asia/Shanghai", ViewportSize = new ViewportSize { Width = width, Height = height }, ColorScheme = look,
        });
        var officer = new Officer(playwright, browser, page);
        page.PageError += (_, error) => officer.Errors.Add(error);
        return officer;
    }

    public async Task SignInAsync(Estate estate)
    {
        await Page.GotoAsync(estate.DutyRoomUrl.ToString());
        await Page.GetByTestId("sign-in-user").FillAsync(Credentials.AdminUser);
        await Page.GetByTestId("sign-in-password").FillAsync(estate.Credentials.AdminPassword);
        await Page.GetByTestId("sign-in-submit").ClickAsync();
        await Page.GetByTestId("board").WaitForAsync();
    }

    public ILocator Card(string kind) => Page.Locator($"[data-testid=alarm-card][data-kind={kind}]");

    /// <summary>True while the alarm sound really plays: not paused, and its time moves on.</summary>
    public Task<bool> HearsSoundAsync() => Page.EvaluateAsync<bool>("""
        async () => {
          const sound = document.querySelector('[data-testid=alarm-sound]');
          if (!sound || sound.paused || sound.muted || sound.volume === 0) return false;
          const before = sound.currentTime;
          await new Promise(done => setTimeout(done, 300));
          return !sound.paused && sound.currentTime !== before;
        }
        """);

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
