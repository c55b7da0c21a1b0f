using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.LocalPage;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Proofs;
using SmartCourtyard.Readings;
using SmartCourtyard.Service;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Tests.LocalPage;

public sealed class LocalApiTests : IAsyncLifetime
{
    private readonly TestClock _clock = new();
    private readonly List<(string Device, Quantity Quantity, DateTimeOffset From, DateTimeOffset To, TimeSpan Step)> _asked = [];
    private readonly List<int> _paired = [];
    private readonly List<ServiceRequest> _begun = [];
    private readonly List<string> _ended = [];
    private string? _notReady;
    private ProofState? _proofs;
    private string? _stuck;
    private ProofStep? _step;
    private WebApplication _app = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddProblemDetails();
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, LocalJson.Default);
            json.SerializerOptions.Converters.Add(new UtcMillisecondsConverter());
        });
        _app = builder.Build();
        LocalApi.Map(_app, Sources(), "token", _clock);
        await _app.StartAsync();
        _http = new HttpClient
        {
            BaseAddress = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()),
        };
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Alarms_are_shown_newest_first_with_their_receipts()
    {
        var alarms = (await GetAsync("api/v1/alarms")).GetProperty("items");
        Assert.Equal(["new", "old"], alarms.EnumerateArray().Select(a => a.GetProperty("id").GetString()));
        Assert.Equal(
            """
            {"id":"new","kind":"gas","severity":"life","device":"b03-u1-301-smoke","at":{"building":"b03","unit":1,"floor":3,"flat":"301","place":"厨房"},"condition":"active","raisedAt":"2026-11-22T05:30:00.000Z","occurrences":1,"test":false,"drill":false,"confirmed":false,"spread":false,"receipts":{"stored":"2026-11-22T04:30:00.000Z","shown":null,"acknowledged":null,"resolved":null}}
            """,
            System.Text.RegularExpressions.Regex.Unescape(alarms[0].GetRawText()));
    }

    [Fact]
    public async Task Devices_show_their_health_and_what_nobody_could_read()
    {
        var device = (await GetAsync("api/v1/devices")).GetProperty("items")[0];
        Assert.Equal(
            ["device", "name", "class", "at", "state", "reasons", "lastHeard", "battery", "linkQuality", "lastTest", "undecodable", "lastUndecodable", "activations"],
            device.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("trouble", "battery-low", 3), (
            device.GetProperty("state").GetString(), device.GetProperty("reasons")[0].GetString(), device.GetProperty("undecodable").GetInt32()));
        Assert.Equal("""{"day":2,"shortDay":1,"month":9,"shortMonth":4}""", device.GetProperty("activations").GetRawText());
        Assert.Equal("{{{", device.GetProperty("lastUndecodable").GetProperty("raw").GetString());
        Assert.Equal(device.GetRawText(), (await GetAsync("api/v1/devices/b03-u1-301-smoke")).GetRawText());
    }

    [Fact]
    public async Task A_device_that_does_not_exist_is_said_to_be_not_there()
    {
        var problem = await GetAsync("api/v1/devices/nobody", 404);
        Assert.Contains("'nobody'", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paths_troubles_unassigned_and_undecodable_have_their_shapes()
    {
        Assert.Equal(
            """{"items":[{"path":"https","up":true,"queued":3,"oldestQueued":null,"lastReceipt":"2026-11-22T04:30:00.000Z","lastSequence":"42","refused":0,"detail":null,"act":null}]}""",
            (await GetAsync("api/v1/paths")).GetRawText());
        Assert.Equal(
            """{"items":[{"id":"t1","reason":"broker-lost","device":null,"raisedAt":"2026-11-22T04:30:00.000Z","detail":"no answer"}]}""",
            (await GetAsync("api/v1/troubles")).GetRawText());
        Assert.Equal(
            """{"items":[{"family":"zigbee2mqtt","name":"0x01","lastHeard":"2026-11-22T04:30:00.000Z","messages":5,"raw":"raw","points":["smoke"],"class":"smoke-detector","vendor":null,"model":"HS1SA","yaml":"  - id: x\n"}]}""",
            (await GetAsync("api/v1/unassigned")).GetRawText());
        Assert.Equal("zigbee2mqtt/x", (await GetAsync("api/v1/undecodable")).GetProperty("items")[0].GetProperty("topic").GetString());
    }

    [Fact]
    public async Task The_way_to_the_duty_room_is_tried_now_one_test_at_a_time()
    {
        Assert.Contains("no duty room", (await GetAsync("api/v1/proof", 404)).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync("api/v1/proof")).StatusCode);
        _proofs = new ProofState(new ProofMemory(TestClock.Night, "shown", TestClock.Night, "王芳"), Newest: new ProofResult("p0", TestClock.Night, true, false, TimeSpan.FromSeconds(60), "shown"));
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync("api/v1/proof")).StatusCode);
        _step = new ProofStep(ProofTurn.Begins, "p1", TestClock.Night, Asked: true);
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync("api/v1/proof")).StatusCode);
        var proof = await GetAsync("api/v1/proof");
        Assert.Equal(("shown", "王芳"), (proof.GetProperty("failed").GetString(), proof.GetProperty("answeredBy").GetString()));
        Assert.Contains("none of its live consoles showed it", proof.GetProperty("newest").GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_of_another_site_cannot_make_this_machines_browser_begin_a_test()
    {
        (_proofs, _step) = (new ProofState(new ProofMemory(null)), new ProofStep(ProofTurn.Begins, "p1", TestClock.Night, Asked: false));
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync("api/v1/proof", "http://evil.example")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync("api/v1/proof", "null")).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync("api/v1/proof", _http.BaseAddress!.GetLeftPart(UriPartial.Authority))).StatusCode);
    }

    [Theory]
    [InlineData("", "text/html", "id=\"prove\"")]
    [InlineData("page.js", "text/javascript", "api/v1/proof")]
    public async Task The_technicians_page_comes_without_data_and_may_be_framed_by_nobody(string path, string type, string holds)
    {
        using var response = await _http.GetAsync(path);
        Assert.Equal((HttpStatusCode.OK, type), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        Assert.Contains("frame-ancestors 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Contains(holds, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Readings_come_with_their_unit_and_by_default_from_the_last_day()
    {
        var series = await GetAsync("api/v1/readings?device=yard-air&quantity=co2");
        Assert.Equal(
            """{"device":"yard-air","quantity":"co2","unit":"ppm","items":[{"at":"2026-11-22T04:30:00.000Z","value":412.5}]}""", series.GetRawText());
        Assert.Equal(("yard-air", Quantity.Co2, TestClock.Night.AddDays(-1), TestClock.Night, TimeSpan.Zero), _asked.Single());
    }

    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("30s", 30)]
    [InlineData("5m", 300)]
    [InlineData("2h", 7200)]
    [InlineData("1d", 86_400)]
    public async Task A_step_is_a_number_and_a_unit(string step, double seconds)
    {
        await GetAsync($"api/v1/readings?device=d&quantity=co2&from=2026-11-21T00:00:00Z&to=2026-11-21T08:00:00%2B08:00&step={step}");
        Assert.Equal(
            ("d", Quantity.Co2, new DateTimeOffset(2026, 11, 21, 0, 0, 0, default), new DateTimeOffset(2026, 11, 21, 0, 0, 0, default), TimeSpan.FromSeconds(seconds)),
            _asked.Single());
    }

    [Theory]
    [InlineData("quantity=co2", "device")]
    [InlineData("device=&quantity=co2", "device")]
    [InlineData("device=d", "quantity")]
    [InlineData("device=d&quantity=CO2", "quantity")]
    [InlineData("device=d&quantity=co2&from=yesterday", "from")]
    [InlineData("device=d&quantity=co2&to=24:00", "to")]
    [InlineData("device=d&quantity=co2&step=5", "step")]
    [InlineData("device=d&quantity=co2&step=m", "step")]
    [InlineData("device=d&quantity=co2&step=-5m", "step")]
    [InlineData("device=d&quantity=co2&step=0s", "step")]
    [InlineData("device=d&quantity=co2&step=5w", "step")]
    [InlineData("device=d&quantity=co2&step=99999999999999999999s", "step")]
    public async Task A_wrong_parameter_is_named_with_what_is_allowed(string query, string parameter)
    {
        var problem = await GetAsync("api/v1/readings?" + query, 400);
        Assert.StartsWith(parameter + ": ", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(_asked);
    }

    [Theory]
    [InlineData("valve", """{"by":"张三"}""", 204)]
    [InlineData("held", """{"by":"张三"}""", 409)]
    [InlineData("open", """{"by":"张三"}""", 409)]
    [InlineData("nothing", """{"by":"张三"}""", 404)]
    [InlineData("valve", "{}", 400)]
    [InlineData("valve", """{"by":" "}""", 400)]
    public async Task A_gas_valve_is_let_go_by_who_says_his_name(string device, string body, int status)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(new Uri($"api/v1/devices/{device}/release", UriKind.Relative), content);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("{\"seconds\":240}", 200)]
    [InlineData("{\"seconds\":0}", 200)]
    [InlineData("{\"seconds\":254}", 200)]
    [InlineData("{\"seconds\":255}", 400)]
    [InlineData("{\"seconds\":-1}", 400)]
    [InlineData("{}", 400)]
    [InlineData("{\"seconds\":13}", 502)]
    public async Task Pairing_is_asked_for_in_seconds_that_Zigbee_allows(string body, int status)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(new Uri("api/v1/pair", UriKind.Relative), content);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == (int)answer.StatusCode, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal(status == 400 ? 0 : 1, _paired.Count);
        Assert.Contains(
            status switch { 200 => "\"devices\":[{\"step\":\"ready\",\"name\":\"0x01\"", 400 => "seconds: 0 (close) to 254", _ => "did not open" },
            text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api/v1/service", """{"kind":"test","building":"b03","unit":1,"for":"30m","reason":"new detectors","by":"Wang"}""", 201, "test  b03/1 30m Wang")]
    [InlineData("api/v1/service", """{"kind":"shelved","device":"refused","for":"1h","reason":"r","by":"Li","shelves":"noise"}""", 400, "shelved refused / 1h Li")]
    [InlineData("api/v1/devices/b03-u1-301-smoke/test", null, 201, "test b03-u1-301-smoke / 30m technician on site")]
    [InlineData("api/v1/devices/b03-u1-301-smoke/test", """{"for":"10m","by":"Wang","building":"b99"}""", 201, "test b03-u1-301-smoke / 10m Wang")]
    [InlineData("api/v1/devices/refused/test", "{}", 400, "test refused / 30m technician on site")]
    [InlineData("api/v1/service", """{"kind":5}""", 400, null)]
    public async Task What_people_say_of_devices_is_asked_and_answered_with_the_order_or_the_sentence(string call, string? body, int status, string? asked)
    {
        using var content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(new Uri(call, UriKind.Relative), content);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == (int)answer.StatusCode, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal(asked is null ? [] : [asked], _begun.Select(b => $"{b.Kind} {b.Device} {b.Building}/{b.Unit} {b.For} {b.By}"));
        Assert.Contains(status == 201 ? "\"until\":\"2026-11-22T05:00:00.000Z\"" : asked is null ? "" : "it may last 8 hours at most", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_in_force_is_listed_and_ended()
    {
        Assert.Equal(
            """{"items":[{"id":"o1","kind":"out-of-service","scope":{"device":"b03-u1-301-smoke","building":null,"unit":null},"reason":"new battery","by":"Wang","since":"2026-11-22T04:30:00.000Z","until":"2026-11-22T05:00:00.000Z","shelves":null}]}""",
            (await GetAsync("api/v1/service")).GetRawText());
        using var ended = await _http.DeleteAsync(new Uri("api/v1/service/o1", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        using var gone = await _http.DeleteAsync(new Uri("api/v1/service/o2", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Equal(["o1", "o2"], _ended);
    }

    [Fact]
    public async Task It_lives_as_long_as_its_loops_move_and_says_which_one_does_not()
    {
        Assert.Equal("ok\n", await _http.GetStringAsync(new Uri("healthz", UriKind.Relative)));
        _stuck = "the watch has not moved for 30 s";
        Assert.Equal(_stuck, (await GetAsync("healthz", 503)).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Ready_says_why_it_is_not()
    {
        Assert.Equal("ok\n", await _http.GetStringAsync(new Uri("healthz", UriKind.Relative)));
        Assert.Equal("ready\n", await _http.GetStringAsync(new Uri("readyz", UriKind.Relative)));
        Assert.Equal("gateway_alarms 2\n", await _http.GetStringAsync(new Uri("metrics", UriKind.Relative)));
        _notReady = "the broker has not answered yet";
        Assert.Equal(_notReady, (await GetAsync("readyz", 503)).GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("127.0.0.1", null, true)]
    [InlineData("127.3.2.1", null, true)]
    [InlineData("::1", null, true)]
    [InlineData("::ffff:127.0.0.1", null, true)]
    [InlineData("192.0.2.7", null, false)]
    [InlineData("192.0.2.7", "Bearer token", true)]
    [InlineData("192.0.2.7", "Bearer tokem", false)]
    [InlineData("192.0.2.7", "Bearer token ", false)]
    [InlineData("192.0.2.7", "token", false)]
    [InlineData("192.0.2.7", "Bearer ", false)]
    [InlineData("2001:db8::1", null, false)]
    [InlineData(null, null, false)]
    public async Task From_here_everybody_may_look_from_elsewhere_only_who_brings_the_token(string? address, string? header, bool allowed)
        => Assert.Equal(allowed, await EntersAsync("token", address, header));

    [Theory]
    [InlineData("Bearer ")]
    [InlineData(null)]
    public async Task Without_a_token_of_its_own_the_gateway_lets_nobody_in_from_elsewhere(string? header)
    {
        Assert.False(await EntersAsync(null, "192.0.2.7", header));
        Assert.True(await EntersAsync(null, "127.0.0.1", header));
    }

    private static async Task<bool> EntersAsync(string? token, string? address, string? header)
    {
        var http = new DefaultHttpContext { Connection = { RemoteIpAddress = address is null ? null : IPAddress.Parse(address) } };
        http.Request.Headers.Authorization = header;
        var answer = await new LocalAccess(token).InvokeAsync(
            new DefaultEndpointFilterInvocationContext(http), _ => ValueTask.FromResult<object?>("in"));
        return answer is "in";
    }

    private async Task<JsonElement> GetAsync(string call, int status = 200)
    {
        using var answer = await _http.GetAsync(new Uri(call, UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == (int)answer.StatusCode, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal(status == 200 ? "application/json" : "application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    private static ServiceOrder Order { get; } = new(
        "o1", ServiceKind.OutOfService, new ServiceScope(Estate.Smoke.Id), "new battery", "Wang", TestClock.Night, TestClock.Night.AddMinutes(30));

    private async Task<HttpResponseMessage> PostAsync(string path, string? origin = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        return await _http.SendAsync(request);
    }

    private LocalSources Sources()
    {
        var undecodable = new Undecodable(TestClock.Night, "zigbee2mqtt/x", Estate.Smoke.Id, "not JSON", "{{{");
        return new LocalSources
        {
            Release = (_, device, _) => ValueTask.FromResult(device switch { "valve" => null, "held" => "alarm-stands", "open" => "not-held", _ => (string?)"no-such-valve" }),
            Alarms = () =>
            [
                Estate.Alarm("old"),
                Estate.Alarm("new", AlarmKind.Gas) with { RaisedAt = TestClock.Night.AddHours(1), Receipts = new Receipts(Stored: TestClock.Night) },
            ],
            Health = _ => ValueTask.FromResult<(IReadOnlyList<DeviceHealth>, IReadOnlyList<Trouble>, IReadOnlyDictionary<string, ActivationCount>)>((
                [new DeviceHealth(Estate.Smoke, HealthState.Trouble, [TroubleReason.BatteryLow], TestClock.Night, 3, 80, null)],
                [new Trouble("t1", TroubleReason.BrokerLost, null, TestClock.Night, "no answer")],
                new Dictionary<string, ActivationCount> { [Estate.Smoke.Id] = new(2, 1, 9, 4) })),
            Orders = () => [Order],
            Stuck = () => _stuck,
            Proofs = () => _proofs,
            Prove = _ => ValueTask.FromResult(_step),
            Begin = (request, _) =>
            {
                _begun.Add(request);
                return Task.FromResult<(ServiceOrder?, string?)>(request.Device == "refused" ? (null, "it may last 8 hours at most") : (Order, null));
            },
            End = (id, _) =>
            {
                _ended.Add(id);
                return Task.FromResult(id == Order.Id ? Order : null);
            },
            Readings = (device, quantity, from, to, step, _) =>
            {
                _asked.Add((device, quantity, from, to, step));
                return [(TestClock.Night, 412.5)];
            },
            Paths = () => [new PathView("https", true, 3, null, TestClock.Night, "42", 0, null, null)],
            Unassigned = () => [new UnassignedView(
                "zigbee2mqtt", "0x01", TestClock.Night, 5, "raw", ["smoke"], "smoke-detector", null, "HS1SA", "  - id: x\n")],
            Pair = (seconds, _) =>
            {
                _paired.Add(seconds);
                return Task.FromResult(seconds == 13 ? "Zigbee2MQTT did not open its network" : null);
            },
            Pairing = () => new PairView(true, TestClock.Night, [new PairedView("ready", "0x01", "0x01", "HEIMAN", "HS1SA")], null),
            Undecodable = () => [undecodable],
            UndecodableOf = id => id == Estate.Smoke.Id ? (3, undecodable) : null,
            NotReady = () => _notReady,
            Metrics = () => "gateway_alarms 2\n",
        };
    }
}
