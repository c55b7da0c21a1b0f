using System.Net;
using System.Runtime.CompilerServices;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

public sealed class ApiDocumentTests
{
    private const string Renew = "RENEW_OPENAPI";

    [Fact]
    public async Task The_document_in_the_repository_is_what_the_server_says()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var served = (await room.Client().GetStringAsync("openapi/v1.json")).ReplaceLineEndings("\n") + "\n";
        var file = Path.GetFullPath(Path.Combine(Here(), "../../src/SmartCourtyard.DutyRoom/openapi.json"));
        if (Environment.GetEnvironmentVariable(Renew) == "1")
        {
            await File.WriteAllTextAsync(file, served);
        }

        Assert.True(served == await File.ReadAllTextAsync(file), $"openapi.json is stale: run this test with {Renew}=1 and commit the file");
    }

    [Fact]
    public async Task Health_and_metrics_need_no_key_and_say_what_is_going_on()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        using var client = room.Client();
        await room.PostEventsAsync(Events.Alarm(1, "a"), Events.Alarm(4, "b"));
        await using var stream = await SseClient.FollowAsync(room.Program, "api/v1/stream");
        await stream.NextAsync("ready");
        Assert.Equal("alive\n", await client.GetStringAsync("healthz"));
        Assert.Equal("ready\n", await client.GetStringAsync("readyz"));
        var metrics = await client.GetStringAsync("metrics");
        Assert.Contains("smartcourtyard_alarms{state=\"raised\",severity=\"life\"} 2\n", metrics, StringComparison.Ordinal);
        Assert.Contains("smartcourtyard_events_missing{gateway=\"fukang-garden\"} 2\n", metrics, StringComparison.Ordinal);
        Assert.Contains("smartcourtyard_stream_clients 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("smartcourtyard_gateways_silent 0\n", metrics, StringComparison.Ordinal);
        Assert.Contains("smartcourtyard_intake_seconds_bucket{le=\"+Inf\"}", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_answer_carries_the_headers_that_keep_a_browser_safe()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        using var response = await room.Client().GetAsync("healthz");
        Assert.Contains("default-src 'self'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
