using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using SmartCourtyard.Custody;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Courtyards;

internal sealed record HeartbeatDevices(int Ok, int Trouble);

/// <param name="Sequence">The last sequence number that the gateway has given; a decimal number.</param>
/// <param name="Skipped">Numbers below it that the gateway has no event for and never will have; at most 500 ranges.</param>
internal sealed record Heartbeat(
    string? Sequence = null, long Queued = 0, double? Uptime = null, string? Version = null, HeartbeatDevices? Devices = null,
    IReadOnlyList<GapView>? Skipped = null);

/// <param name="Expected">The sequence number that the duty room takes next.</param>
internal sealed record HeartbeatAnswer(string Expected);

/// <summary>Where gateways show that they live, and hear what people did.</summary>
internal static class GatewayEndpoints
{
    private const int ReplayPage = 500;
    private const int SkippedLimit = 500;

    public static void MapGateways(this IEndpointRouteBuilder routes)
    {
        var gateway = routes.MapGroup("/api/v1/gateways/{gateway}").WithTags("gateways").RequireAuthorization(Policies.Gateway);
        gateway.MapPost("heartbeat", BeatAsync).WithName("heartbeat").WithSummary("The gateway lives; every 20 s")
            .Produces<HeartbeatAnswer>().Problems(400, 401, 403, 415, 503);
        gateway.MapGet("commands", CommandsAsync).WithName("followCommands")
            .WithSummary("What the gateway is told, as server-sent events; without Last-Event-ID from the oldest that it has not answered")
            .Produces<Receipt>(200, "text/event-stream").Problems(401, 403);
    }

    private static async Task<IResult> BeatAsync(string gateway, Heartbeat beat, Ledger ledger, Database database, Feeds feeds)
    {
        var (answer, problem) = await TakeBeatAsync(gateway, beat, ledger, database, feeds);
        return answer is null ? problem!.AsResult() : TypedResults.Ok(answer);
    }

    /// <summary>What is said to a heartbeat, by whichever path it came.</summary>
    internal static async Task<(HeartbeatAnswer? Answer, Problem? Problem)> TakeBeatAsync(
        string gateway, Heartbeat beat, Ledger ledger, Database database, Feeds feeds)
    {
        var given = 0L;
        if (beat.Sequence is not null && !IsNumber(beat.Sequence, out given))
        {
            return (null, Problem.BadField("sequence", "a decimal number as a string is allowed"));
        }

        if (beat.Queued < 0)
        {
            return (null, Problem.BadField("queued", "a whole number from 0 on is allowed"));
        }

        if (beat.Version?.Length > 100)
        {
            return (null, Problem.BadField("version", "at most 100 characters are allowed"));
        }

        if (ReadSkipped(beat.Skipped) is not { } skipped)
        {
            return (null, Problem.BadField("skipped", $"at most {SkippedLimit} ranges, each with its first and its last number as decimal strings, are allowed"));
        }

        var last = await ledger.WriteAsync(writing =>
        {
            writing.Gateways.Heard(gateway);
            Gaps.Skip(writing, gateway, skipped);
            writing.Db.Gateways.Where(g => g.Id == gateway).ExecuteUpdate(g => g
                .SetProperty(r => r.GivenSequence, beat.Sequence == null ? null : given)
                .SetProperty(r => r.Queued, beat.Queued)
                .SetProperty(r => r.UptimeSeconds, beat.Uptime)
                .SetProperty(r => r.Version, beat.Version));
            return writing.Gateways.LastSequence(gateway);
        });
        await WhisperAsync(gateway, database, feeds);
        return (new((last + 1).ToString(CultureInfo.InvariantCulture)), null);
    }

    private static List<(long First, long Last)>? ReadSkipped(IReadOnlyList<GapView>? sent)
    {
        var skipped = new List<(long, long)>();
        foreach (var range in sent ?? [])
        {
            if (range is null || !IsNumber(range.First, out var first) || !IsNumber(range.Last, out var last) || first < 1 || last < first)
            {
                return null;
            }

            skipped.Add((first, last));
        }

        return skipped.Count <= SkippedLimit ? skipped : null;
    }

    private static bool IsNumber(string? text, out long number)
        => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>Consoles see that the gateway was heard; a log of every beat would serve nobody.</summary>
    private static async Task WhisperAsync(string gateway, Database database, Feeds feeds)
    {
        await using var db = database.Read();
        var view = GatewayView.Read(db, gateway).Single();
        feeds.Consoles.Publish(FeedItem.Of(
            null, null, "gateway", JsonSerializer.Serialize(view, StorageJson.Wire.GatewayView)));
    }

    private static async Task CommandsAsync(
        string gateway, HttpContext http, EventStream stream, Feeds feeds, Database database, TimeProvider time)
    {
        using var follower = feeds.Gateways.Follow(gateway);
        var last = EventStream.LastEventId(http.Request);
        bool resumes;
        await using (var db = database.Read())
        {
            // An id from before the database was replaced means nothing here.
            resumes = last is { } id && await EventStream.HasAsync(feeds.Gateways, db.Commands.Select(c => c.Position), id, http.RequestAborted);
        }

        await stream.WriteAsync(
            http, follower, resumes ? last!.Value : 0, (after, cancel) => PageAsync(database, gateway, after, !resumes, time.GetUtcNow(), cancel));
    }

    private static async Task<IReadOnlyList<FeedItem>> PageAsync(
        Database database, string gateway, long after, bool onlyUnanswered, DateTimeOffset now, CancellationToken cancel)
    {
        await using var db = database.Read();
        var tooLate = now - Order.AnswerWithin;
        var rows = await db.Commands
            .Where(c => c.Gateway == gateway && c.Position > after && (!onlyUnanswered || c.AnsweredAt == null)
                && (!Order.ForNow.Contains(c.Type) || c.At >= tooLate))
            .OrderBy(c => c.Position).Take(ReplayPage).ToListAsync(cancel);
        return [.. rows.Select(c => FeedItem.Of(c.Position, gateway, c.Type, c.Data))];
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, Converters = [typeof(UtcMillisecondsConverter)])]
[JsonSerializable(typeof(Heartbeat))]
[JsonSerializable(typeof(HeartbeatAnswer))]
[JsonSerializable(typeof(DeviceHealthBody[]))]
[JsonSerializable(typeof(SiteBody))]
[JsonSerializable(typeof(GatewayList))]
[JsonSerializable(typeof(DeviceList))]
[JsonSerializable(typeof(TroubleList))]
[JsonSerializable(typeof(CommandBody))]
[JsonSerializable(typeof(CommandList))]
internal sealed partial class CourtyardsJson : JsonSerializerContext;
