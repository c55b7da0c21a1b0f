using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Gateway.Measurements;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Tests.Measurements;

/// <summary>The writer against a real HTTP server that answers as the telemetry store may.</summary>
public sealed class InfluxWriterTests : IAsyncLifetime
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    private readonly TestClock _clock = new();
    private readonly ReadingFeed _feed = new(batchesAtMost: 50);
    private readonly ConcurrentQueue<string> _requests = [];
    private readonly ConcurrentQueue<string> _bodies = [];
    private readonly TaskCompletionSource _hang = new();
    private Func<int, (int Status, string? RetryAfter)> _answer = _ => (204, null);
    private WebApplication _app = null!;
    private InfluxWriter _writer = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(AnswerAsync);
        await _app.StartAsync();
        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        _writer = new InfluxWriter(
            new InfluxOptions(new Uri(address + "/"), "街道 office", "yard&co", "secret"), "fukang-garden", _feed, _clock, NullLogger<InfluxWriter>.Instance);
        await _writer.StartAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        _hang.TrySetResult();
        await _writer.StopAsync(CancellationToken.None);
        _writer.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task A_batch_is_gzipped_and_says_who_writes_where_and_in_what_precision()
    {
        Add(1, 2, 3);
        await UntilAsync(() => _writer.Written == 3);
        Assert.Equal(
            "POST /api/v2/write?org=%E8%A1%97%E9%81%93%20office&bucket=yard%26co&precision=ms|Token secret|gzip|text/plain; charset=utf-8",
            _requests.Single());
        Assert.Equal(
            string.Concat(new[] { 1, 2, 3 }.Select(v =>
                $"co2,building=b03,class=air-monitor,courtyard=fukang-garden,device=yard-air,flat=301,unit=1 value={v} 1795321800000\n")),
            _bodies.Single());
    }

    [Theory]
    [InlineData(400)]
    [InlineData(413)]
    [InlineData(422)]
    public async Task What_the_store_will_never_take_is_counted_and_does_not_stand_in_the_way(int status)
    {
        _answer = n => (n == 1 ? status : 204, null);
        Add(1, 2);
        await UntilAsync(() => _writer.Refused == 2);
        Add(3);
        await UntilAsync(() => _writer.Written == 1);
        Assert.Equal(2, _bodies.Count);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(401)]
    [InlineData(404)]
    public async Task What_may_pass_is_tried_again_with_the_same_readings(int status)
    {
        _answer = n => (n <= 3 ? status : 204, null);
        Add(1, 2);
        await UntilAsync(() => _writer.Written == 2);
        Assert.Equal((4, 1, 0), (_bodies.Count, _bodies.Distinct(StringComparer.Ordinal).Count(), _writer.Refused));
        // 1 s to gather; then 1, 2 and 4 s.
        Assert.Equal(8, Elapsed());
    }

    [Fact]
    public async Task Retry_after_is_honoured()
    {
        _answer = n => n == 1 ? (503, "120") : (204, null);
        Add(1);
        await UntilAsync(() => _writer.Written == 1);
        Assert.Equal(121, Elapsed());
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_given_up_after_ten_seconds_and_tried_again()
    {
        _answer = n => (n == 1 ? 0 : 204, null);
        Add(1);
        await UntilAsync(() => _requests.Count == 1);
        _clock.Advance(9.9);
        Assert.Equal(TimeSpan.FromSeconds(0.1), _clock.NextDue);
        _clock.Advance(0.1);
        await UntilAsync(() => _writer.Written == 1);
        Assert.Equal((2, 12), (_requests.Count, Elapsed()));
    }

    [Fact]
    public async Task While_the_store_hangs_nobody_who_measures_waits_and_the_newest_readings_stay()
    {
        _answer = n => (n == 1 ? 0 : 204, null);
        Add(1);
        await UntilAsync(() => _requests.Count == 1);
        for (var i = 0; i < 1_000; i++)
        {
            Add(i);
        }

        Assert.Equal((950, 50), (_feed.Dropped, _feed.Waiting));
        _hang.SetResult();
        await UntilAsync(() => _writer.Written >= 50);
        Assert.Contains(" value=999 ", _bodies.Last(), StringComparison.Ordinal);
    }

    private void Add(params double[] values) => _feed.Add(
        Estate.Heard(custody: false, [.. values.Select(v => (Estate.Air.Says(Quantity.Co2, v), 0L, false))]));

    /// <summary>Lets time pass to the end of each wait, except while an answer of the store is awaited.</summary>
    private Task UntilAsync(Func<bool> condition) => Eventually.Holds(
        () =>
        {
            if (condition())
            {
                return true;
            }

            if (_clock.NextDue is { } wait && wait != AnswerWithin)
            {
                _clock.Advance(wait.TotalSeconds);
            }

            return false;
        },
        $"requests: {_requests.Count}, written: {_writer.Written}");

    private double Elapsed() => (_clock.GetUtcNow() - TestClock.Night).TotalSeconds;

    private async Task AnswerAsync(HttpContext http)
    {
        var request = http.Request;
        using var text = new MemoryStream();
        await using (var unpacked = new GZipStream(request.Body, CompressionMode.Decompress))
        {
            await unpacked.CopyToAsync(text);
        }

        _bodies.Enqueue(Encoding.UTF8.GetString(text.ToArray()));
        _requests.Enqueue(
            $"{request.Method} {request.Path}{request.QueryString}|{request.Headers.Authorization}|{request.Headers.ContentEncoding}|{request.ContentType}");
        var (status, retryAfter) = _answer(_requests.Count);
        if (status == 0)
        {
            await _hang.Task;
            status = 503;
        }

        http.Response.StatusCode = status;
        http.Response.Headers.RetryAfter = retryAfter;
    }
}
