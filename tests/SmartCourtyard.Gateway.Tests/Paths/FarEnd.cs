using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace SmartCourtyard.Gateway.Tests.Paths;

/// <summary>
/// A duty room's gateway API over real HTTP, stricter than the real one: what a gateway must not do is written down in
/// <see cref="Violations"/>. A script may answer in its place.
/// </summary>
internal sealed class FarEnd : IAsyncDisposable
{
    public const string Token = "token-of-fukang-garden";
    private const string Base = "/api/v1/gateways/fukang-garden/";

    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, string> _held = [];
    private WebApplication? _app;

    public ConcurrentQueue<string> Violations { get; } = [];

    /// <summary>Batches that came, as ids, whatever became of them, and when.</summary>
    public ConcurrentQueue<(string[] Ids, TimeSpan At)> Tries { get; } = [];

    /// <summary>Ids in the order in which they were taken.</summary>
    public ConcurrentQueue<string> Taken { get; } = [];

    public ConcurrentQueue<(string Call, JsonElement Body)> Told { get; } = [];

    public ConcurrentQueue<string?> LastEventIds { get; } = [];

    /// <summary>What goes down the stream of commands next; null cuts it.</summary>
    public Channel<string?> Commands { get; } = Channel.CreateBounded<string?>(100);

    /// <summary>Answers a batch in place of the far end where it returns true.</summary>
    public Func<HttpContext, JsonElement[], Task<bool>> OnEvents { get; set; } = (_, _) => Task.FromResult(false);

    /// <summary>Answers anything else in place of the far end where it returns true.</summary>
    public Func<HttpContext, string, Task<bool>> OnCall { get; set; } = (_, _) => Task.FromResult(false);

    public int EventsAtMost { get; set; } = 500;

    public Uri Address { get; private set; } = null!;

    public IReadOnlyDictionary<long, string> Held
    {
        get
        {
            lock (_gate)
            {
                return new SortedDictionary<long, string>(_held);
            }
        }
    }

    public void Hold(long sequence, string id)
    {
        lock (_gate)
        {
            _held[sequence] = id;
        }
    }

    public async Task<FarEnd> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.WebHost.UseSetting("shutdownTimeoutSeconds", "1");
        _app = builder.Build();
        _app.Run(AnswerAsync);
        await _app.StartAsync();
        Address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        Commands.Writer.TryComplete();
        if (_app is not null)
        {
            using var now = new CancellationTokenSource();
            await now.CancelAsync();
            await _app.StopAsync(now.Token);
            await _app.DisposeAsync();
        }
    }

    public static async Task SayAsync(HttpContext http, int status, string type, string body, string? retryAfter = null)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        if (retryAfter is not null)
        {
            http.Response.Headers.RetryAfter = retryAfter;
        }

        await http.Response.WriteAsync(body);
    }

    public static Task ProblemAsync(HttpContext http, int status, string fields, string? retryAfter = null)
        => SayAsync(http, status, "application/problem+json", $$"""{"status":{{status}},"title":"no",{{fields}}}""", retryAfter);

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        Check(path.StartsWith(Base, StringComparison.Ordinal), $"unknown path {path}");
        Check(http.Request.Headers.Authorization == "Bearer " + Token, "no token");
        var call = $"{http.Request.Method} {path[Base.Length..]}{http.Request.QueryString}";
        if (call == "GET commands")
        {
            if (!await OnCall(http, call))
            {
                await StreamAsync(http);
            }

            return;
        }

        using var text = new MemoryStream();
        await http.Request.Body.CopyToAsync(text);
        var body = JsonDocument.Parse(text.ToArray()).RootElement.Clone();
        if (call == "POST events")
        {
            await TakeAsync(http, body, text.Length);
            return;
        }

        Told.Enqueue((call, body));
        Check(http.Request.ContentType == "application/json", $"{call} with {http.Request.ContentType}");
        if (!await OnCall(http, call))
        {
            await (call == "POST heartbeat"
                ? SayAsync(http, 200, "application/json", $$"""{"expected":"{{Expected()}}"}""")
                : SayAsync(http, 200, "application/json", "{}"));
        }
    }

    private async Task TakeAsync(HttpContext http, JsonElement body, long bytes)
    {
        Check(http.Request.ContentType == "application/cloudevents-batch+json", $"events as {http.Request.ContentType}");
        var events = body.EnumerateArray().ToArray();
        Check(events.Length is >= 1 and <= 500, $"{events.Length} events");
        Check(bytes <= 1024 * 1024, $"{bytes} bytes");
        var order = events.Select(e => (Later: !e.GetProperty("type").GetString()!.Contains(".alarm.", StringComparison.Ordinal), Sequence: Sequence(e))).ToList();
        Check(order.SequenceEqual(order.OrderBy(o => o)), "alarms first, then by sequence");
        Check(events.All(e => e.GetProperty("specversion").GetString() == "1.0" && e.GetProperty("source").GetString() == "/gateways/fukang-garden"), "no CloudEvents of this gateway");
        Tries.Enqueue(([.. events.Select(Id)], TimeProvider.System.GetElapsedTime(0)));
        if (await OnEvents(http, events))
        {
            return;
        }

        if (events.Length > EventsAtMost)
        {
            await ProblemAsync(http, 413, "\"detail\":\"too large\"");
            return;
        }

        await (Collides(events)
            ? ProblemAsync(http, 409, $"\"expected\":\"{Expected()}\"")
            : SayAsync(http, 200, "application/json", Take(events)));
    }

    /// <summary>Stores a batch and gives the receipt.</summary>
    public string Take(JsonElement[] events)
    {
        lock (_gate)
        {
            var fresh = events.Where(e => !_held.ContainsValue(Id(e))).ToList();
            var duplicates = events.Select(Id).Except(fresh.Select(Id)).ToList();
            foreach (var e in fresh)
            {
                _held.Add(Sequence(e), Id(e));
                Taken.Enqueue(Id(e));
            }

            return $$"""{"accepted":{{List(fresh.Select(Id))}},"duplicates":{{List(duplicates)}},"lastSequence":"{{_held.Keys.LastOrDefault()}}"}""";
        }
    }

    private static string List(IEnumerable<string> ids) => "[" + string.Join(',', ids.Select(i => $"\"{i}\"")) + "]";

    private bool Collides(JsonElement[] events)
    {
        lock (_gate)
        {
            return events.Any(e => _held.TryGetValue(Sequence(e), out var id) && id != Id(e));
        }
    }

    private long Expected()
    {
        lock (_gate)
        {
            return _held.Keys.LastOrDefault() + 1;
        }
    }

    private async Task StreamAsync(HttpContext http)
    {
        LastEventIds.Enqueue(http.Request.Headers["Last-Event-ID"]);
        Check(http.Request.Headers.Accept.Contains("text/event-stream"), "no Accept: text/event-stream");
        http.Response.ContentType = "text/event-stream";
        await http.Response.Body.FlushAsync();
        try
        {
            while (await Commands.Reader.ReadAsync(http.RequestAborted) is { } text)
            {
                await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }

            http.Abort();
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // The gateway has gone, or the test ends.
        }
    }

    private void Check(bool holds, string violation)
    {
        if (!holds)
        {
            Violations.Enqueue(violation);
        }
    }

    private static string Id(JsonElement e) => e.GetProperty("id").GetString()!;

    private static long Sequence(JsonElement e) => long.Parse(e.GetProperty("sequence").GetString()!, NumberStyles.None, CultureInfo.InvariantCulture);
}
