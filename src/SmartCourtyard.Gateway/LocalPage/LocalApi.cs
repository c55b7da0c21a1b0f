using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;
using SmartCourtyard.Proofs;
using SmartCourtyard.Readings;
using SmartCourtyard.Service;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.LocalPage;

/// <summary>What the gateway shows of itself; each a question that the rest of the gateway answers.</summary>
internal sealed record LocalSources
{
    public required Func<IReadOnlyList<Alarm>> Alarms { get; init; }

    public required Func<CancellationToken, ValueTask<(IReadOnlyList<DeviceHealth> Devices, IReadOnlyList<Trouble> Troubles, IReadOnlyDictionary<string, ActivationCount> Activations)>> Health { get; init; }

    /// <summary>What people say of parts of the estate.</summary>
    public required Func<IReadOnlyList<ServiceOrder>> Orders { get; init; }

    /// <summary>Begins what somebody asks for: the order in force, or why not, in one sentence.</summary>
    public required Func<ServiceRequest, CancellationToken, Task<(ServiceOrder? Order, string? Refusal)>> Begin { get; init; }

    /// <summary>Ends an order; null where none of that id is in force.</summary>
    public required Func<string, CancellationToken, Task<ServiceOrder?>> End { get; init; }

    public required Func<string, Quantity, DateTimeOffset, DateTimeOffset, TimeSpan, int, IReadOnlyList<(DateTimeOffset At, double Value)>> Readings { get; init; }

    public required Func<IReadOnlyList<PathView>> Paths { get; init; }

    /// <summary>Events that the duty room refuses, oldest first, and whether somebody has seen them; at most so many.</summary>
    public Func<int, IReadOnlyList<(StoredEvent Event, bool Seen)>> Refused { get; init; } = _ => [];

    /// <summary>Says that somebody has seen them (false), or sends them once more (true); false where that cannot be stored now.</summary>
    public Func<bool, CancellationToken, ValueTask<bool>> SettleRefused { get; init; } = (_, _) => ValueTask.FromResult(true);

    public required Func<IReadOnlyList<UnassignedView>> Unassigned { get; init; }

    public required Func<IReadOnlyList<Undecodable>> Undecodable { get; init; }

    public required Func<string, (long Count, Undecodable Last)?> UndecodableOf { get; init; }

    /// <summary>Opens the Zigbee network for some seconds, or closes it with 0; why not, in one sentence, or null.</summary>
    public required Func<int, CancellationToken, Task<string?>> Pair { get; init; }

    public required Func<PairView> Pairing { get; init; }

    /// <summary>Lets go a gas valve that was closed: by whom, which; why not, in one word, or null.</summary>
    public required Func<string, string, CancellationToken, ValueTask<string?>> Release { get; init; }

    /// <summary>How the tests of the way to the duty room stand; null where there is no duty room.</summary>
    public required Func<ProofState?> Proofs { get; init; }

    /// <summary>Begins such a test now; null where one is under way.</summary>
    public required Func<CancellationToken, ValueTask<ProofStep?>> Prove { get; init; }

    /// <summary>Which loop hangs; null while all of them move.</summary>
    public required Func<string?> Stuck { get; init; }

    /// <summary>Why the gateway is not ready; null when it is.</summary>
    public required Func<string?> NotReady { get; init; }

    public required Func<string> Metrics { get; init; }
}

/// <summary>The gateway's own API, for the technician; needs no uplink. Loopback needs no token; others bring the gateway's.</summary>
internal static class LocalApi
{
    private const int SamplesAtMost = 10_000;

    public static void Map(WebApplication app, LocalSources sources, string? token, TimeProvider time)
    {
        app.MapGet("/healthz", Results<ContentHttpResult, ProblemHttpResult> () => sources.Stuck() is { } stuck
            ? TypedResults.Problem(stuck, statusCode: StatusCodes.Status503ServiceUnavailable, title: "does not move")
            : TypedResults.Text("ok\n"));
        app.MapGet("/readyz", Results<ContentHttpResult, ProblemHttpResult> () => sources.NotReady() is { } reason
            ? TypedResults.Problem(reason, statusCode: StatusCodes.Status503ServiceUnavailable, title: "not ready")
            : TypedResults.Text("ready\n"));
        app.MapGet("/metrics", () => TypedResults.Text(sources.Metrics(), "text/plain; version=0.0.4"));

        var api = app.MapGroup("/api/v1").AddEndpointFilter(new LocalAccess(token));
        api.MapGet("/alarms", () => new ListView<AlarmView>([.. sources.Alarms().OrderByDescending(a => a.RaisedAt).Select(AlarmView.From)]));
        api.MapGet("/devices", async (CancellationToken stop) => await DevicesAsync(sources, stop).ConfigureAwait(false));
        api.MapGet("/devices/{id}", async Task<Results<Ok<DeviceView>, ProblemHttpResult>> (string id, CancellationToken stop) =>
            (await DevicesAsync(sources, stop).ConfigureAwait(false)).Items.FirstOrDefault(d => d.Device == id) is { } device
                ? TypedResults.Ok(device)
                : TypedResults.Problem($"no device '{id}' stands in the site file", statusCode: 404, title: "not found"));
        api.MapGet("/troubles", async (CancellationToken stop) => new ListView<TroubleView>(
            [.. (await sources.Health(stop).ConfigureAwait(false)).Troubles.Select(TroubleView.From)]));
        api.MapGet("/paths", () => new ListView<PathView>(sources.Paths()));
        api.MapGet("/unassigned", () => new ListView<UnassignedView>(sources.Unassigned()));
        api.MapGet("/pair", () => sources.Pairing());
        api.MapPost("/pair", async Task<Results<Ok<PairView>, ProblemHttpResult>> (PairRequest request, CancellationToken stop) =>
            request.Seconds is not (>= 0 and <= PairRequest.SecondsAtMost) ? Bad("seconds", $"0 (close) to {PairRequest.SecondsAtMost}")
            : await sources.Pair(request.Seconds.Value, stop).ConfigureAwait(false) is { } problem
                ? TypedResults.Problem(problem, statusCode: StatusCodes.Status502BadGateway, title: "not paired")
                : TypedResults.Ok(sources.Pairing()));
        api.MapRefused(sources);
        api.MapService(sources);
        api.MapProof(sources);
        LocalPages.Map(app);
        api.MapPost("/devices/{id}/release", (string id, ReleaseRequest request, CancellationToken stop) => ReleaseAsync(sources, id, request, stop));
        api.MapGet("/undecodable", () => new ListView<Undecodable>(sources.Undecodable()));
        api.MapGet("/readings", (string? device, string? quantity, string? from, string? to, string? step)
            => Readings(sources, time, new ReadingsQuestion(device, quantity, from, to, step)));
    }

    private static async ValueTask<ListView<DeviceView>> DevicesAsync(LocalSources sources, CancellationToken stop)
    {
        var (devices, _, activations) = await sources.Health(stop).ConfigureAwait(false);
        return new ListView<DeviceView>([.. devices.Select(d => DeviceView.From(d, sources.UndecodableOf(d.Device.Id), activations.GetValueOrDefault(d.Device.Id)))]);
    }

    /// <summary>A person who stands at a gas valve lets it go: nobody opens one from afar.</summary>
    private static async Task<Results<NoContent, ProblemHttpResult>> ReleaseAsync(LocalSources sources, string id, ReleaseRequest request, CancellationToken stop)
    {
        if (request.By is not { Length: >= 1 and <= ReleaseRequest.LongestName } by || string.IsNullOrWhiteSpace(by) || by.Any(char.IsControl))
        {
            return Bad("by", $"the name of who stands at the valve, 1 to {ReleaseRequest.LongestName} characters");
        }

        return await sources.Release(by, id, stop).ConfigureAwait(false) switch
        {
            null => TypedResults.NoContent(),
            "no-such-valve" => TypedResults.Problem($"no gas valve '{id}' stands in the site file", statusCode: 404, title: "not found"),
            "not-held" => TypedResults.Problem($"'{id}' was not closed by an alarm, or has been released already", statusCode: 409, title: "not held"),
            _ => TypedResults.Problem($"an alarm that closed '{id}' is still open: the duty room resolves it first", statusCode: 409, title: "an alarm stands"),
        };
    }

    private static Results<Ok<SeriesView>, ProblemHttpResult> Readings(LocalSources sources, TimeProvider time, ReadingsQuestion question)
    {
        var now = time.GetUtcNow();
        if (string.IsNullOrEmpty(question.Device))
        {
            return Bad("device", "the id of a device in the site file");
        }

        if (!Quantities.TryParse(question.Quantity ?? "", out var quantity))
        {
            return Bad("quantity", "one of " + string.Join(' ', Quantities.All.Select(q => q.Name())));
        }

        if (!TryTime(question.From, now - TimeSpan.FromHours(24), out var from))
        {
            return Bad("from", "an RFC 3339 time such as 2026-11-22T04:30:00Z");
        }

        if (!TryTime(question.To, now, out var to))
        {
            return Bad("to", "an RFC 3339 time such as 2026-11-22T04:30:00Z");
        }

        if (!TryStep(question.Step, out var step))
        {
            return Bad("step", "a number with ms, s, m, h or d, such as 5m");
        }

        var samples = sources.Readings(question.Device, quantity, from, to, step, SamplesAtMost);
        return TypedResults.Ok(new SeriesView(question.Device, quantity.Name(), quantity.Unit(), [.. samples.Select(s => new SampleView(s.At, s.Value))]));
    }

    private static ProblemHttpResult Bad(string parameter, string allowed)
        => TypedResults.Problem($"{parameter}: {allowed}", statusCode: StatusCodes.Status400BadRequest, title: $"{parameter} is wrong");

    private static bool TryTime(string? text, DateTimeOffset otherwise, out DateTimeOffset at)
    {
        at = otherwise;
        return text is null || DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at);
    }

    private static bool TryStep(string? text, out TimeSpan step)
    {
        step = TimeSpan.Zero;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        var digits = text.AsSpan().TrimEnd("mshd");
        var unit = text.AsSpan(digits.Length) switch { "ms" => 1L, "s" => 1_000, "m" => 60_000, "h" => 3_600_000, "d" => 86_400_000, _ => 0 };
        if (unit == 0 || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > 1_000_000)
        {
            return false;
        }

        step = TimeSpan.FromMilliseconds(count * unit);
        return true;
    }

    private sealed record ReadingsQuestion(string? Device, string? Quantity, string? From, string? To, string? Step);
}

/// <summary>Lets loopback in, and others that bring the gateway's token.</summary>
internal sealed class LocalAccess(string? token) : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (IsFromAnotherSite(http.Request))
        {
            return ValueTask.FromResult<object?>(TypedResults.Problem(
                "a page of another site may not do this", statusCode: StatusCodes.Status403Forbidden, title: "not from here"));
        }

        var here = http.Connection.RemoteIpAddress is { } address && System.Net.IPAddress.IsLoopback(address);
        return here || Brings(http.Request.Headers.Authorization.ToString())
            ? next(context)
            : ValueTask.FromResult<object?>(TypedResults.Problem(
                "send the gateway's token as Authorization: Bearer …", statusCode: StatusCodes.Status401Unauthorized, title: "not signed in"));
    }

    /// <summary>Loopback needs no token, so a page that a browser on this machine has open must not speak for its user.</summary>
    private static bool IsFromAnotherSite(HttpRequest request)
        => !HttpMethods.IsGet(request.Method) && request.Headers.Origin.ToString() is { Length: > 0 } origin
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var site) && site.Authority == request.Host.Value);

    private bool Brings(string header) => token is not null && System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(
        System.Text.Encoding.UTF8.GetBytes(header), System.Text.Encoding.UTF8.GetBytes("Bearer " + token));
}
