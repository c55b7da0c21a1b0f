using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization;
using SmartCourtyard.Custody;
using SmartCourtyard.Service;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Paths;

/// <summary>Speaks the duty room's gateway API over HTTP; the first path for events.</summary>
internal sealed class DutyRoomClient : IPath, IDisposable
{
    // GB/T 26875.3, 6.5: an answer that has not come within 10 s does not come.
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);
    private static readonly MediaTypeHeaderValue Batch = new("application/cloudevents-batch+json");
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _http;
    private readonly string _gateway;
    private readonly TimeProvider _time;

    /// <param name="dutyRoom">Its address.</param>
    /// <param name="token">This gateway's.</param>
    /// <param name="courtyardId">This gateway's.</param>
    /// <param name="time">Ends the waiting for an answer.</param>
    /// <param name="network">What carries the requests; null: real connections.</param>
    public DutyRoomClient(Uri dutyRoom, string token, string courtyardId, TimeProvider time, HttpMessageHandler? network = null)
    {
        _time = time;
        _gateway = "api/v1/gateways/" + courtyardId + "/";
        _http = new HttpClient(network ?? new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(3),
            PooledConnectionLifetime = TimeSpan.FromMinutes(15),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            UseProxy = false,
            AllowAutoRedirect = false,
        })
        {
            BaseAddress = dutyRoom.AbsoluteUri.EndsWith('/') ? dutyRoom : new Uri(dutyRoom.AbsoluteUri + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public string Name => "https";

    public Task<Handover> SendAsync(IReadOnlyList<StoredEvent> events, CancellationToken stop)
        => AskAsync(HttpMethod.Post, "events", EventBatch.Body(events), Batch, said => said.Names(events), stop);

    public Task<Handover> BeatAsync(Heartbeat beat, CancellationToken stop)
        => AskAsync(HttpMethod.Post, "heartbeat", JsonSerializer.SerializeToUtf8Bytes(beat, PathsJson.Default.Heartbeat), Json,
            said => said.Expected is not null, stop);

    /// <summary>Tells the health of devices: all of them, or those that changed.</summary>
    public Task<Handover> ReportHealthAsync(IReadOnlyList<HealthReport> devices, bool complete, CancellationToken stop) => AskAsync(
        HttpMethod.Put, complete ? "health?complete=true" : "health",
        JsonSerializer.SerializeToUtf8Bytes(devices, PathsJson.Default.IReadOnlyListHealthReport), Json, proves: null, stop);

    /// <summary>Tells what the courtyard looks like.</summary>
    public Task<Handover> DescribeAsync(SiteReport site, CancellationToken stop)
        => AskAsync(
            HttpMethod.Put, "site", JsonSerializer.SerializeToUtf8Bytes(site, PathsJson.Default.SiteReport), Json, proves: null, stop);

    /// <summary>Opens the stream of commands behind a bookmark; null where it cannot be had now.</summary>
    public async Task<Stream?> OpenCommandsAsync(string? after, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _gateway + "commands");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (after is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", after);
        }

        using var deadline = new CancellationTokenSource(AnswerWithin, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        try
        {
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                return await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
            }

            response.Dispose();
            return null;
        }
        catch (Exception e) when (IsUnreachable(e, stop))
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<Handover> AskAsync(
        HttpMethod method, string call, ReadOnlyMemory<byte> body, MediaTypeHeaderValue type, Func<Answer, bool>? proves, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(method, _gateway + call) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = type;
        using var deadline = new CancellationTokenSource(AnswerWithin, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, either.Token).ConfigureAwait(false);
            var answer = await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false);
            var wait = response.Headers.RetryAfter is { } asked ? asked.Delta ?? asked.Date - _time.GetUtcNow() : null;
            var isProblem = response.Content.Headers.ContentType?.MediaType == Answer.ProblemType;
            return Answer.Judge((int)response.StatusCode, isProblem, answer, wait, proves);
        }
        catch (Exception e) when (IsUnreachable(e, stop))
        {
            return Unreachable(e);
        }
    }

    private static bool IsUnreachable(Exception e, CancellationToken stop)
        => !stop.IsCancellationRequested && e is HttpRequestException or IOException or OperationCanceledException;

    private Handover Unreachable(Exception e)
    {
        var (actor, why) = e switch
        {
            OperationCanceledException => (Actor.Network, "no answer within 10 s; somebody looks after the network, or the duty room hangs"),
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => (Actor.Technician,
                $"its certificate is not accepted: {e.InnerException?.Message ?? e.Message}; the technician of the gateway looks at the address, the certificate authority and the clock"),
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => (Actor.Network,
                $"{e.Message}; somebody looks after the network and its name server"),
            HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => (Actor.DutyRoom,
                $"{e.Message}; the machine answers, but no duty room runs there: whoever runs the duty room starts it"),
            _ => (Actor.Network, $"{e.Message}; somebody looks after the network"),
        };
        return new Handover(HandoverReason.Unreachable, $"the duty room at {_http.BaseAddress} cannot be reached: {why}", Actor: actor);
    }
}

/// <summary>The gateway's sign of life.</summary>
/// <param name="Sequence">The last sequence given.</param>
/// <param name="Skipped">Numbers below it that no event has or ever will have; left out where the duty room knows of all of them.</param>
internal sealed record Heartbeat(
    [property: JsonNumberHandling(JsonNumberHandling.WriteAsString)] long Sequence, long Queued, double Uptime, string Version, DeviceCounts Devices,
    IReadOnlyList<SequenceRange>? Skipped)
{
    public static Heartbeat Of(long last, IReadOnlyList<SequenceRange> skipped, long waiting, TimeSpan up, string version, IEnumerable<HealthState> devices)
    {
        var states = devices.ToLookup(d => d);
        return new(
            last, waiting, up.TotalSeconds, version, new(states[HealthState.Ok].Count(), states[HealthState.Trouble].Count()),
            skipped.Count > 0 ? skipped : null);
    }
}

/// <summary>What a heartbeat says of the sequence, and what follows from its answer.</summary>
/// <param name="Last">The last sequence given.</param>
/// <param name="Skipped">Numbers below it that no event has or ever will have, as far as the duty room may not know it.</param>
/// <param name="Expect">The duty room was told of so many of these, and expects this sequence next.</param>
internal sealed record SequenceBook(
    Func<long> Last, Func<IReadOnlyList<SequenceRange>> Skipped, Func<IReadOnlyList<SequenceRange>, long, CancellationToken, ValueTask> Expect);

/// <summary>How many devices are well and how many are not.</summary>
internal sealed record DeviceCounts(int Ok, int Trouble);

/// <summary>The health of one device, as sent.</summary>
internal sealed record HealthReport(
    string Device, HealthState State, IReadOnlyList<TroubleReason> Reasons, DateTimeOffset? LastHeard, double? Battery, double? LinkQuality,
    DateTimeOffset? LastTest)
{
    public static HealthReport From(DeviceHealth health) => new(
        health.Device.Id, health.State, health.Reasons, health.LastHeard, health.Battery, health.LinkQuality, health.LastTest);
}

/// <summary>What the courtyard looks like, as sent.</summary>
internal sealed record SiteReport(
    string Id, string Name, SiteAddress? Address, IReadOnlyList<SiteBuilding> Buildings, IReadOnlyList<SiteDevice> Devices)
{
    public static SiteReport From(Courtyards.Courtyard courtyard) => new(
        courtyard.Id, courtyard.Name,
        courtyard.Address is { } a ? new SiteAddress(a.Street, a.Community, a.Grid) : null,
        [.. courtyard.Buildings.Select(b => new SiteBuilding(b.Id, b.Name, b.Units, b.Floors))],
        [.. courtyard.Devices.Select(d => new SiteDevice(d.Id, d.Name, Courtyards.DeviceClasses.Name(d.Class), At.From(d.At), d.Call))]);
}

internal sealed record SiteAddress(string? Street, string? Community, string? Grid);

internal sealed record SiteBuilding(string Id, string Name, int Units, int Floors);

internal sealed record SiteDevice(string Id, string? Name, string Class, At At, string? Call);

/// <summary>One command of the duty room.</summary>
internal sealed record CommandBody(string Id, string? AlarmId, DateTimeOffset? At, string? By, string? Device = null, bool? On = null)
{
    /// <summary>What somebody wants to begin; for <c>service.begin</c> and <c>device.test</c>.</summary>
    public ServiceRequest? Service { get; init; }

    /// <summary>Which order ends; for <c>service.end</c>.</summary>
    public string? Ends { get; init; }

    /// <summary>How many consoles of people were live when an alarm was stored; null where it does not say.</summary>
    public int? Consoles { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(UtcMillisecondsConverter)])]
[JsonSerializable(typeof(Heartbeat))]
[JsonSerializable(typeof(IReadOnlyList<HealthReport>))]
[JsonSerializable(typeof(SiteReport))]
[JsonSerializable(typeof(Answer))]
[JsonSerializable(typeof(CommandBody))]
internal sealed partial class PathsJson : JsonSerializerContext;
