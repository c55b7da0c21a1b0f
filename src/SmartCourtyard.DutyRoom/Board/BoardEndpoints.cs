using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Board;

/// <summary>Where consoles see what is burning.</summary>
internal static class BoardEndpoints
{
    private const int PageLimit = 500;
    private const int ReplayPage = 500;

    public static void MapBoard(this IEndpointRouteBuilder routes)
    {
        var board = routes.MapGroup("/api/v1").WithTags("alarms").RequireAuthorization(Policies.Read);
        board.MapGet("/alarms", ListAsync).WithName("listAlarms").WithSummary("Alarms, newest first")
            .Produces<AlarmPage>().Problems(400, 401, 403);
        board.MapGet("/alarms/{id}", FindAsync).WithName("getAlarm").WithSummary("One alarm with its whole timeline")
            .Produces<AlarmView>().Problems(401, 403, 404);
        board.MapPost("/alarms/{id}/shown", ShownAsync).WithName("confirmShown")
            .WithSummary("A live console shows the alarm; the first to say so gives the gateway its second receipt")
            .Produces(204).Problems(401, 403, 404, 503);
        board.MapGet("/stream", StreamAsync).WithName("followStream")
            .WithSummary("What happens, as server-sent events: alarm, gateway, device, trouble; ready once caught up; reset where the log no longer reaches back")
            .Produces<AlarmView>(200, "text/event-stream").Problems(401, 403);
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, Database database, Feeds feeds, string? state, string? kind, string? severity, string? courtyard,
        string? building, string? from, string? to, string? after, string? limit)
    {
        if (Read(out var filter, state, kind, severity, courtyard, building, from, to, after, limit) is { } problem)
        {
            return problem.AsResult();
        }

        // Taken before the list is read: whoever follows the stream from here sees some things twice and misses none.
        var position = feeds.Consoles.LastPosition;
        await using var db = database.Read();
        var page = await AlarmQueries.ListAsync(db, filter, http.RequestAborted);
        http.Response.Headers["X-Stream-Position"] = position.ToString(CultureInfo.InvariantCulture);
        return TypedResults.Ok(page);
    }

    private static Problem? Read(
        out AlarmFilter filter, string? state, string? kind, string? severity, string? courtyard, string? building, string? from,
        string? to, string? after, string? limit)
    {
        filter = new(state ?? "all", null, null, courtyard, building, null, null, null, 100);
        if (filter.State is not ("open" or "closed" or "all"))
        {
            return Problem.BadField("state", "open, closed or all is allowed");
        }

        var (kinds, severities) = (default(AlarmKind), default(Severity));
        if (kind is not null && !Names<AlarmKind>.TryParse(kind, out kinds))
        {
            return Problem.BadField("kind", $"one of {Names<AlarmKind>.All} is allowed");
        }

        if (severity is not null && !Names<Severity>.TryParse(severity, out severities))
        {
            return Problem.BadField("severity", $"one of {Names<Severity>.All} is allowed");
        }

        var (start, end) = (default(DateTimeOffset), default(DateTimeOffset));
        if ((from is not null && !Time(from, out start)) || (to is not null && !Time(to, out end)))
        {
            return Problem.BadField(from is not null && !Time(from, out _) ? "from" : "to", "a time such as 2026-11-22T04:30:00Z is allowed");
        }

        var (cursor, count) = (0L, filter.Limit);
        if (after is not null && !long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out cursor))
        {
            return Problem.BadField("after", "the next of an earlier answer is allowed");
        }

        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > PageLimit))
        {
            return Problem.BadField("limit", $"a whole number from 1 to {PageLimit} is allowed");
        }

        filter = filter with
        {
            Kind = kind is null ? null : kinds, Severity = severity is null ? null : severities,
            From = from is null ? null : start, To = to is null ? null : end, After = after is null ? null : cursor, Limit = count,
        };
        return null;
    }

    private static bool Time(string text, out DateTimeOffset time) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);

    private static async Task<IResult> FindAsync(string id, Database database, CancellationToken cancel)
    {
        await using var db = database.Read();
        return await AlarmQueries.FindAsync(db, id, cancel) is { } alarm
            ? TypedResults.Ok(alarm)
            : Problem.Missing($"alarm {id}").AsResult();
    }

    private static async Task<IResult> ShownAsync(string id, HttpContext http, Ledger ledger)
    {
        var by = http.User.Identity!.Name!;
        var found = await ledger.WriteAsync(writing =>
        {
            if (writing.Alarms.Find(id) is not { } alarm)
            {
                return false;
            }

            if (alarm.ShownAt is null)
            {
                alarm.ShownAt = writing.Now;
                writing.Alarms.AddEntry(alarm, writing.Now, "shown", by);
                writing.Receipt(alarm, "alarm.shown", by);
                writing.Publish(alarm, sound: false);
            }

            return true;
        });
        return found ? TypedResults.NoContent() : Problem.Missing($"alarm {id}").AsResult();
    }

    private static async Task StreamAsync(HttpContext http, EventStream stream, Feeds feeds, Database database)
    {
        // Programs come with a token, people with their session: only these have a screen that somebody sees.
        using var follower = feeds.Consoles.Follow(null, isPerson: http.Request.Headers.Authorization.Count == 0);
        var newest = feeds.Consoles.LastPosition;
        var after = EventStream.LastEventId(http.Request) ?? newest;
        FeedItem? first = null;
        if (!await HasAllAfterAsync(database, feeds.Consoles, after, http.RequestAborted))
        {
            // The log was cut or is another one: what the client knows must be asked for anew.
            after = newest;
            first = Said("reset", null, newest);
        }

        await stream.WriteAsync(
            http, follower, after, (from, cancel) => PageAsync(database, from, cancel), first, reached => Said("ready", reached, reached));
    }

    private static FeedItem Said(string name, long? id, long position) => FeedItem.Of(
        id, null, name, JsonSerializer.Serialize(new(position.ToString(CultureInfo.InvariantCulture)), BoardJson.Default.StreamPosition));

    private static async Task<bool> HasAllAfterAsync(Database database, Feed feed, long after, CancellationToken cancel)
    {
        await using var db = database.Read();
        if (after >= feed.LastPosition - Upkeep.StreamKept)
        {
            return await EventStream.HasAsync(feed, db.Stream.Select(s => s.Position), after, cancel);
        }

        var first = await db.Stream.MinAsync(s => (long?)s.Position, cancel);
        return first is null || after >= first - 1;
    }

    private static async Task<IReadOnlyList<FeedItem>> PageAsync(Database database, long after, CancellationToken cancel)
    {
        await using var db = database.Read();
        var rows = await db.Stream.Where(s => s.Position > after).OrderBy(s => s.Position).Take(ReplayPage).ToListAsync(cancel);
        return [.. rows.Select(r => FeedItem.Of(r.Position, null, r.Event, r.Data))];
    }
}

/// <summary>Data of <c>ready</c> and <c>reset</c>: the position to follow from.</summary>
internal sealed record StreamPosition(string Position);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, Converters = [typeof(UtcMillisecondsConverter)])]
[JsonSerializable(typeof(AlarmPage))]
[JsonSerializable(typeof(StreamPosition))]
internal sealed partial class BoardJson : JsonSerializerContext;
