using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Duty;

/// <param name="EveryMinutes">About how often; 0 never.</param>
internal sealed record PresenceSchedule(int? EveryMinutes = null);

/// <param name="Open">The question that waits for its answer; null where none does.</param>
/// <param name="EveryMinutes">About how often the schedule asks; 0 never.</param>
/// <param name="Items">The newest 100 questions, newest first.</param>
internal sealed record PresenceState(PresenceView? Open, int EveryMinutes, IReadOnlyList<PresenceView> Items);

/// <summary>Where the street asks whether the duty room is staffed, and a person there answers.</summary>
internal static class PresenceEndpoints
{
    public const int Shortest = 30;
    public const int Longest = 24 * 60;
    private const int ListLimit = 100;

    public static void MapPresence(this IEndpointRouteBuilder routes)
    {
        var presence = routes.MapGroup("/api/v1").WithTags("presence");
        presence.MapGet("presence", StateAsync).RequireAuthorization(Policies.Read).WithName("getPresence")
            .WithSummary("Whether the duty room was found staffed, and the question that waits").Produces<PresenceState>().Problems(401, 403);
        presence.MapPost("presence", AskAsync).RequireAuthorization(Policies.Administer).WithName("askPresence")
            .WithSummary("Asks whether somebody is there; another person answers within 10 minutes, or it is an alarm")
            .Produces<PresenceView>(201).Problems(401, 403, 409, 415, 503);
        presence.MapPost("presence/{id}/answer", AnswerAsync).RequireAuthorization(Policies.Act).WithName("answerPresence")
            .WithSummary("Somebody is there: said by a person who is signed in and did not ask").Produces<PresenceView>().Problems(401, 403, 404, 409, 415, 503);
        presence.MapPut("presence/schedule", ScheduleAsync).RequireAuthorization(Policies.Administer).WithName("schedulePresence")
            .WithSummary("How often to ask without being told to").Produces(204).Problems(400, 401, 403, 415, 503);
    }

    private static async Task<PresenceState> StateAsync(Database database, CancellationToken cancel)
    {
        await using var db = database.Read();
        var rows = await db.Presence.OrderByDescending(p => p.AskedAt).Take(ListLimit).ToListAsync(cancel);
        return new(Presence.Open(db) is { } open ? PresenceView.Of(open) : null, Presence.EveryMinutes(db), [.. rows.Select(PresenceView.Of)]);
    }

    private static async Task<IResult> AskAsync(HttpContext http, Ledger ledger)
    {
        var by = By(http);
        var answer = await ledger.WriteAsync(writing => Presence.Open(writing.Db) is { } open
            ? new Answer(409, JsonSerializer.Serialize(
                new Problem(409, "Under way", $"A question of {open.AskedAt:HH:mm} UTC waits for its answer."), ProblemJson.Wire.Problem))
            : new Answer(201, JsonSerializer.Serialize(Presence.Ask(writing, by, Random.Shared.NextDouble()), StorageJson.Wire.PresenceView)));
        return answer.AsResult();
    }

    private static async Task<IResult> AnswerAsync(string id, HttpContext http, Ledger ledger)
    {
        var (by, isProgram) = (By(http), http.Request.Headers.Authorization.Count > 0);
        return (await ledger.WriteAsync(writing => Presence.Answer(writing, id, by, isProgram))).AsResult();
    }

    private static async Task<IResult> ScheduleAsync(PresenceSchedule schedule, HttpContext http, Ledger ledger)
    {
        if (schedule.EveryMinutes is not (0 or (>= Shortest and <= Longest)))
        {
            return Problem.BadField("everyMinutes", $"0 for never, or {Shortest} to {Longest} is needed").AsResult();
        }

        var by = By(http);
        await ledger.WriteAsync(writing =>
        {
            Presence.Schedule(writing, schedule.EveryMinutes.Value, by, Random.Shared.NextDouble());
            return true;
        });
        return TypedResults.NoContent();
    }

    private static string By(HttpContext http) => http.User.Identity!.Name!;
}
