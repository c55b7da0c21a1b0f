using System.Globalization;
using System.Text.Json;
using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Gateway.Webhooks;

namespace SmartCourtyard.Gateway.Tests.Webhooks;

/// <summary>People outside are told of alarms that the duty room has not stored in time, each in the format they take.</summary>
public sealed class WebhookLoopTests : IAsyncLifetime
{
    private static readonly Courtyard Site = new("fukang-garden", "富康花园小区", null, [new Building("b03", "3栋", 2, 7)], []);

    private readonly TestClock _clock = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("webhooks-").FullName;
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler());
    private readonly List<string> _log = [];
    private readonly Outbox _outbox;
    private readonly Robots _robots;
    private long _sequence;

    public WebhookLoopTests()
    {
        _outbox = new Outbox(_ => [], _clock);
        _robots = new Robots(_clock);
    }

    public static TheoryData<string> Formats => ["wecom", "dingtalk", "feishu", "json", "cap"];

    public async Task InitializeAsync() => await _robots.StartAsync();

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _robots.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Who_takes_this_format_is_told_once_of_an_alarm_that_waits_for_too_long(string format)
    {
        using var loop = Loop(format);
        Add(AlarmKind.Smoke);
        await LookAsync(loop, 29);
        Assert.Empty(_robots.Taken);

        await LookAsync(loop, 2);
        Assert.Empty(_robots.Refused);
        var said = Assert.Single(_robots.Taken);
        Assert.Contains(format == "json" ? "alarm-1" : "烟雾报警", said, StringComparison.Ordinal);
        if (format != "json")
        {
            Assert.Contains("3栋 1单元 301 厨房", said, StringComparison.Ordinal);
        }

        await LookAsync(loop, 3_000);
        Assert.Single(_robots.Taken);
        Assert.Equal((true, 0, 1L), (loop.Status.IsUp, loop.Status.Due, loop.Status.Told));
        Assert.Equal(1, _outbox.Waiting);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_burst_stays_within_size_and_rate_and_is_told_whole(string format)
    {
        using var loop = Loop(format);
        for (var i = 0; i < 130; i++)
        {
            Add(AlarmKind.EmergencyCall);
        }

        await LookAsync(loop, 31);
        for (var i = 0; i < 300; i++)
        {
            await LookAsync(loop, 1);
        }

        Assert.Empty(_robots.Refused);
        Assert.Equal((0, 130L), (loop.Status.Due, loop.Status.Told));
        var counted = format is "json" or "cap" ? _robots.Taken.Count : _robots.Taken.Sum(AlarmsIn);
        Assert.Equal(130, counted);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task What_fails_is_seen_and_tried_again_until_it_is_taken_and_no_secret_is_logged(string format)
    {
        using var loop = Loop(format);
        Add(AlarmKind.Gas);
        _robots.Broken = 502;
        await LookAsync(loop, 31);
        Assert.False(loop.Status.IsUp);
        Assert.Contains("502", loop.Status.Detail, StringComparison.Ordinal);

        for (var i = 0; i < 200; i++)
        {
            await LookAsync(loop, 1);
        }

        _robots.Broken = null;
        for (var i = 0; i < 61; i++)
        {
            await LookAsync(loop, 1);
        }

        Assert.True(loop.Status.IsUp);
        Assert.Single(_robots.Taken);
        NoSecretIsLogged(loop);
    }

    [Theory]
    [InlineData("wecom", "93000")]
    [InlineData("dingtalk", "310000")]
    [InlineData("feishu", "19021")]
    [InlineData("json", "401")]
    [InlineData("cap", "401")]
    public async Task A_wrong_key_or_secret_is_named_without_being_shown(string format, string code)
    {
        using var loop = Loop(format, secret: "SEC-another-one-0123456789", key: "another-key-0123456789");
        Add(AlarmKind.Smoke);
        await LookAsync(loop, 31);
        Assert.False(loop.Status.IsUp);
        Assert.Contains(format == "feishu" ? "404" : code, loop.Status.Detail, StringComparison.Ordinal);
        Assert.Empty(_robots.Taken);
        NoSecretIsLogged(loop);
    }

    [Fact]
    public async Task A_robot_that_was_asked_too_often_is_left_alone_for_as_long_as_it_wants()
    {
        using var other = Loop("dingtalk", name: "other");
        using var loop = Loop("dingtalk");
        for (var i = 0; i < 20; i++)
        {
            Add(AlarmKind.Smoke);
            await LookAsync(other, i == 0 ? 31 : 0);
            _clock.Advance(i == 0 ? 0 : 30);
            await LookAsync(other, 1);
        }

        _robots.Refused.Clear();
        for (var i = 0; i < 25; i++)
        {
            using var another = Loop("dingtalk", name: "another " + i);
            await LookAsync(another, 0);
        }

        Assert.NotEmpty(_robots.Refused);
        _robots.Refused.Clear();
        await LookAsync(loop, 0);
        Assert.Single(_robots.Refused);
        Assert.Contains("130101", loop.Status.Detail, StringComparison.Ordinal);
        for (var i = 0; i < 599; i++)
        {
            await LookAsync(loop, 1);
        }

        Assert.Single(_robots.Refused);
        await LookAsync(loop, 2);
        Assert.True(loop.Status.IsUp);
        Assert.Single(_robots.Refused);
    }

    [Fact]
    public async Task Nobody_is_told_of_what_the_duty_room_has_or_of_what_matters_less()
    {
        using var loop = Loop("wecom");
        var stored = Add(AlarmKind.Smoke);
        Add(AlarmKind.WaterLeak);
        Add(AlarmKind.Smoke, EventTypes.AlarmCleared);
        _outbox.Remove([stored]);
        await LookAsync(loop, 100);
        Assert.Empty(_robots.Taken);
        Assert.Equal(0, loop.Status.Due);
    }

    [Fact]
    public async Task A_gateway_that_starts_again_tells_nobody_twice()
    {
        using (var loop = Loop("feishu"))
        {
            Add(AlarmKind.Smoke);
            await LookAsync(loop, 31);
        }

        using var again = Loop("feishu");
        Add(AlarmKind.Fall);
        await LookAsync(again, 31);
        Assert.Equal(2, _robots.Taken.Count);
        Assert.DoesNotContain("烟雾", _robots.Taken.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task English_readers_are_told_in_English()
    {
        using var loop = Loop("wecom", language: "en");
        Add(AlarmKind.CarbonMonoxide);
        await LookAsync(loop, 31);
        Assert.Contains("Carbon monoxide · 3栋 unit 1 301 厨房", Assert.Single(_robots.Taken), StringComparison.Ordinal);
    }

    [Fact]
    public void Signatures_are_those_of_others()
    {
        // The vector of the Standard Webhooks specification; the two others by Python's hmac.
        Assert.Equal(
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            SignedJsonWebhook.Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", """{"test": 2432232314}"""u8));
        Assert.Equal("Pgr6tpIpjVrMPPJUPkaI9sivFPPTYOy5zIOMF2GPFMA=", DingTalkWebhook.Sign("SEC0123456789abcdef", 1_577_262_236_757));
        Assert.Equal("3/MaVZ8JLIy4TUG+7KSFJqvUkTKd+HWY8g+56DZWq8s=", FeishuWebhook.Sign("demo-secret", "1599360473"));
    }

    private static int AlarmsIn(string text) => text.Split('\n').Skip(1).Count(l => !l.StartsWith("还有", StringComparison.Ordinal));

    private void NoSecretIsLogged(WebhookLoop loop)
    {
        string[] secrets = [Robots.Key, Robots.Secret, "SEC-another-one-0123456789", "another-key-0123456789"];
        Assert.NotEmpty(_log);
        Assert.All(_log.Append(loop.Status.Detail ?? ""), line => Assert.DoesNotContain(secrets, s => line.Contains(s, StringComparison.Ordinal)));
    }

    private async Task LookAsync(WebhookLoop loop, double after)
    {
        _clock.Advance(after);
        await loop.LookAsync(CancellationToken.None);
    }

    private WebhookLoop Loop(string format, string secret = Robots.Secret, string key = Robots.Key, string language = "zh-CN", string name = "值班群")
    {
        var (webhook, path) = ((IWebhook, string))(format switch
        {
            "wecom" => (new WeComWebhook(), "cgi-bin/webhook/send?key=" + key),
            "dingtalk" => (new DingTalkWebhook(), "robot/send?access_token=" + key),
            "feishu" => (new FeishuWebhook(), "open-apis/bot/v2/hook/" + key),
            "cap" => (new CapWebhook(), "cap"),
            _ => (new SignedJsonWebhook(), "hook"),
        });
        var target = new WebhookTarget(
            name, new Uri(_robots.Address, path), format == "wecom" ? null : secret, TimeSpan.FromSeconds(30), EventRank.Life, CultureInfo.GetCultureInfo(language));
        return new WebhookLoop(
            target, webhook, _outbox.Overdue, () => _outbox.Waiting, () => Site, Path.Combine(_folder, name + ".json"), _http, _clock, new LineLogger<WebhookLoop>(_log));
    }

    private StoredEvent Add(AlarmKind kind, string type = EventTypes.AlarmRaised)
    {
        var sequence = ++_sequence;
        var data = new AlarmData(
            $"alarm-{sequence}", kind, kind.Severity(), "b03-u1-301-smoke", new At("b03", 1, 3, "301", "厨房"), null, _clock.GetUtcNow(), ClockState.Synchronised);
        var e = new CourtyardEvent($"event-{sequence}", "/gateways/fukang-garden", type, _clock.GetUtcNow(), "0", JsonSerializer.SerializeToElement(data, CustodyJson.Default.AlarmData));
        var stored = new StoredEvent(sequence, e.Id, EventRanks.Of(e), true, e.Time, EventWriter.Bytes(e, sequence));
        _outbox.Add(stored);
        return stored;
    }
}
