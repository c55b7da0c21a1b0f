using System.Text.Json;
using System.Text.Json.Serialization;
using SmartCourtyard.Custody;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Duty;

internal sealed record NoteBody(string? Note = null);

internal sealed record DispatchBody(string? To = null, DateTimeOffset? Deadline = null, string? Tier = null, string? Note = null);

internal sealed record ResolveBody(string? Cause = null, string? Note = null);

/// <summary>Where people act on alarms.</summary>
internal static class DutyEndpoints
{
    private const int NoteLimit = 2000;
    private const int WhomLimit = 200;

    public static void MapDuty(this IEndpointRouteBuilder routes)
    {
        var alarm = routes.MapGroup("/api/v1/alarms/{id}").WithTags("alarms").RequireAuthorization(Policies.Act);
        foreach (var action in new[] { DutyAction.Acknowledge, DutyAction.Arrive, DutyAction.Close })
        {
            Describe(alarm.MapPost(action.Name(), (string id, NoteBody? body, HttpContext http, Ledger ledger)
                => ActAsync(id, new(action, By(http), body?.Note), http, ledger)), action);
        }

        Describe(alarm.MapPost("note", (string id, NoteBody body, HttpContext http, Ledger ledger)
            => string.IsNullOrWhiteSpace(body.Note)
                ? Refused("note", "a text is needed")
                : ActAsync(id, new(DutyAction.Note, By(http), body.Note), http, ledger)), DutyAction.Note);
        Describe(alarm.MapPost("dispatch", DispatchAsync), DutyAction.Dispatch);
        Describe(alarm.MapPost("resolve", ResolveAsync), DutyAction.Resolve);
    }

    private static void Describe(RouteHandlerBuilder call, DutyAction action) => call
        .WithName(action.Name() + "Alarm").WithSummary($"{action}; 409 names the state the alarm is in and what it allows")
        .Produces<AlarmView>().Problems(400, 401, 403, 404, 409, 415, 503);

    private static Task<IResult> DispatchAsync(string id, DispatchBody body, HttpContext http, Ledger ledger)
    {
        if (string.IsNullOrWhiteSpace(body.To) || body.To.Length > WhomLimit)
        {
            return Refused("to", $"whom to send is needed, in at most {WhomLimit} characters");
        }

        var tier = default(Tier);
        if (body.Tier is not null && !Names<Tier>.TryParse(body.Tier, out tier))
        {
            return Refused("tier", $"one of {Names<Tier>.All} is allowed");
        }

        var act = new Act(DutyAction.Dispatch, By(http), body.Note, body.To, body.Deadline, body.Tier is null ? null : tier);
        return ActAsync(id, act, http, ledger);
    }

    private static Task<IResult> ResolveAsync(string id, ResolveBody body, HttpContext http, Ledger ledger)
        => Names<Resolution>.TryParse(body.Cause, out var cause)
            ? ActAsync(id, new(DutyAction.Resolve, By(http), body.Note, Resolution: cause), http, ledger)
            : Refused("cause", $"one of {Names<Resolution>.All} is needed");

    private static async Task<IResult> ActAsync(string id, Act act, HttpContext http, Ledger ledger)
    {
        if (act.Note?.Length > NoteLimit)
        {
            return Problem.BadField("note", $"at most {NoteLimit} characters are allowed").AsResult();
        }

        var key = http.Request.Headers["Idempotency-Key"].ToString();
        if (key.Length > Answer.KeyLimit)
        {
            return Problem.BadField("Idempotency-Key", $"at most {Answer.KeyLimit} characters are allowed").AsResult();
        }

        var (path, isProgram) = (http.Request.Path.ToString(), http.Request.Headers.Authorization.Count > 0);
        var answer = await ledger.WriteAsync(writing => Acting.Do(writing, id, act with { ByProgram = isProgram }, path, key.Length == 0 ? null : key));
        return answer is null
            ? Problem.Missing($"alarm {id}").AsResult()
            : answer.AsResult();
    }

    private static Task<IResult> Refused(string field, string detail) => Task.FromResult(Problem.BadField(field, detail).AsResult());

    private static string By(HttpContext http) => http.User.Identity!.Name!;
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, Converters = [typeof(UtcMillisecondsConverter)])]
[JsonSerializable(typeof(NoteBody))]
[JsonSerializable(typeof(DispatchBody))]
[JsonSerializable(typeof(ResolveBody))]
[JsonSerializable(typeof(PresenceSchedule))]
[JsonSerializable(typeof(PresenceState))]
internal sealed partial class DutyJson : JsonSerializerContext;
