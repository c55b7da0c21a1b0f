using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using SmartCourtyard.DutyRoom.Storage;
using SmartCourtyard.Service;

namespace SmartCourtyard.DutyRoom.Courtyards;

/// <param name="Command">site.reload, device.test, service.begin, service.end (technicians; operators shelve) or actuator.set, siren.silence, reassure (operators and technicians).</param>
/// <param name="Device">Which siren, lamp or valve; which device is tested.</param>
/// <param name="On">What it shall do; for actuator.set.</param>
/// <param name="Service">What begins, why and for how long; for service.begin and, where it is not the usual 30 minutes, device.test.</param>
/// <param name="Ends">The id of the trouble that stands for what ends; for service.end.</param>
/// <param name="AlarmId">Whose sirens fall silent (siren.silence), or whose lamp says that somebody is coming (reassure).</param>
internal sealed record CommandBody(
    string? Command = null, string? Device = null, bool? On = null, ServiceRequest? Service = null, string? Ends = null, string? AlarmId = null);

internal sealed record CommandList(IReadOnlyList<CommandView> Items);

/// <summary>Where people and programs tell a gateway what to do, and see what became of it.</summary>
internal static class CommandEndpoints
{
    private const int ListLimit = 200;
    private const int OpenLimit = 100;

    public static void MapCommands(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1").WithTags("gateways");
        api.MapPost("gateways/{gateway}/commands", AskAsync).RequireAuthorization(Policies.Command).WithName("askGateway")
            .WithSummary("Tells a gateway to do something; kept until it answers, and unanswered after a minute")
            .Produces<CommandView>(202).Problems(400, 401, 403, 404, 415, 429, 503);
        api.MapGet("gateways/{gateway}/commands/{id}", OneAsync).RequireAuthorization(Policies.Read).WithName("getCommand")
            .WithSummary("What became of it").Produces<CommandView>().Problems(401, 403, 404);
        api.MapGet("commands", ListAsync).RequireAuthorization(Policies.Read).WithName("listCommands")
            .WithSummary("What gateways were told to do in the last 30 days, newest first, at most 200").Produces<CommandList>().Problems(400, 401, 403);
    }

    private static async Task<IResult> AskAsync(string gateway, CommandBody body, HttpContext http, Ledger ledger)
    {
        if (Mistake(body) is { } problem)
        {
            return problem.AsResult();
        }

        var isTechnician = http.User.IsInRole(Roles.Technician) || http.User.IsInRole(Roles.Admin);
        var key = http.Request.Headers["Idempotency-Key"].ToString();
        if (key.Length > Answer.KeyLimit)
        {
            return Problem.BadField("Idempotency-Key", $"at most {Answer.KeyLimit} characters are allowed").AsResult();
        }

        var (path, by) = (http.Request.Path.ToString(), http.User.Identity!.Name!);
        Problem? refused = null;
        var answer = await ledger.WriteAsync(writing => Answer.Once(writing, key.Length == 0 ? null : key, path, by, () =>
        {
            refused = isTechnician || ServiceRules.IsForOperators(writing, gateway, body) ? Refusal(writing, gateway, body) : ServiceRules.NotForOperators(body);
            return refused is null ? new(202, JsonSerializer.Serialize(Ask(writing, gateway, body, by), StorageJson.Wire.CommandView)) : null;
        }));
        return answer?.AsResult() ?? refused!.AsResult();
    }

    private static Problem? Mistake(CommandBody body)
    {
        if (!Order.Types.Contains(body.Command))
        {
            return Problem.BadField("command", $"one of {string.Join(' ', Order.Types)} is needed");
        }

        var needed = body.Command is Order.ActuatorSet or Order.DeviceTest;
        if (body.Command != Order.Reassure && needed != body.Device is not null)
        {
            return Problem.BadField(
                "device", !needed ? $"{body.Command} has none" : body.Command == Order.DeviceTest ? "the id of a device is needed" : "the id of a siren, lamp or valve is needed");
        }

        if (AlarmMistake(body) is { } wrong)
        {
            return wrong;
        }

        if (ServiceRules.Mistake(body) is { } mistake)
        {
            return mistake;
        }

        needed = body.Command == Order.ActuatorSet;
        return needed == body.On is not null ? null : Problem.BadField("on", needed ? "true or false is needed" : $"{body.Command} has none");
    }

    private static Problem? AlarmMistake(CommandBody body) => (body.Command, body.AlarmId, body.Device) switch
    {
        (Order.Reassure, null, null) or (Order.Reassure, not null, not null) => Problem.BadField("alarmId", "either the id of an alarm or 'device' with a button or lamp is needed"),
        (Order.SirenSilence, null, _) => Problem.BadField("alarmId", "the id of an alarm is needed"),
        (not (Order.SirenSilence or Order.Reassure), not null, _) => Problem.BadField("alarmId", $"{body.Command} has none"),
        _ => null,
    };

    /// <summary>What only the store knows.</summary>
    private static Problem? Refusal(Writing writing, string gateway, CommandBody body)
    {
        if (writing.Db.Gateways.Find(gateway) is null)
        {
            return Problem.Missing($"gateway {gateway}");
        }

        if (body.Device is not null && writing.Db.Devices.Find(gateway, body.Device) is null)
        {
            return Problem.BadField("device", $"the id of a device of {gateway} is needed");
        }

        if (body.AlarmId is { } alarm && !writing.Db.Alarms.Any(a => a.Id == alarm && a.Courtyard == gateway))
        {
            return Problem.BadField("alarmId", $"the id of an alarm of {gateway} is needed");
        }

        if (ServiceRules.Refusal(writing, gateway, body) is { } refusal)
        {
            return refusal;
        }

        var since = writing.Now - Order.AnswerWithin;
        return writing.Db.Commands.Count(c => c.Gateway == gateway && c.AnsweredAt == null && c.At >= since && Order.Types.Contains(c.Type)) < OpenLimit
            ? null
            : new(429, "Too many", $"{OpenLimit} commands wait for the gateway's answer.") { RetryAfter = Order.AnswerWithin };
    }

    private static CommandView Ask(Writing writing, string gateway, CommandBody body, string by)
    {
        var now = writing.Now;
        var order = new Order(Guid.CreateVersion7(now).ToString(), now, by, body.Device, body.On, body.Service is { } service ? service with { By = by } : null, body.Ends, body.AlarmId);
        writing.Command(gateway, order.Id, body.Command!, JsonSerializer.Serialize(order, StorageJson.Wire.Order));
        var what = body.On is { } on ? $"{body.Command} {(on ? "on" : "off")}" : body.Service?.Kind is { } kind ? $"{body.Command} {kind}" : body.Command!;
        var target = body.Device ?? body.Service?.Device ?? body.Ends ?? body.AlarmId;
        writing.Audit(by, what, target is null ? gateway : $"{gateway}/{target}");
        return writing.TellOrder(order.Id);
    }

    private static async Task<IResult> OneAsync(string gateway, string id, Database database, TimeProvider time, CancellationToken cancel)
    {
        await using var db = database.Read();
        var row = await db.Commands.SingleOrDefaultAsync(c => c.Gateway == gateway && c.Id == id && Order.Types.Contains(c.Type), cancel);
        return row is null ? Problem.Missing($"command {id} of {gateway}").AsResult() : TypedResults.Ok(CommandView.Of(row, time.GetUtcNow()));
    }

    private static async Task<IResult> ListAsync(string? gateway, string? state, Database database, TimeProvider time, CancellationToken cancel)
    {
        var wanted = default(CommandState);
        if (state is not null && !Names<CommandState>.TryParse(state, out wanted))
        {
            return Problem.BadField("state", $"one of {Names<CommandState>.All} is allowed").AsResult();
        }

        var now = time.GetUtcNow();
        var since = now - Order.AnswerWithin;
        await using var db = database.Read();
        var rows = db.Commands.Where(c => Order.Types.Contains(c.Type) && (gateway == null || c.Gateway == gateway));
        if (state is not null)
        {
            rows = wanted switch
            {
                CommandState.Done => rows.Where(c => c.AnsweredAt != null && c.Failure == null),
                CommandState.Failed => rows.Where(c => c.AnsweredAt != null && c.Failure != null),
                CommandState.Open => rows.Where(c => c.AnsweredAt == null && c.At >= since),
                _ => rows.Where(c => c.AnsweredAt == null && c.At < since),
            };
        }

        var newest = await rows.OrderByDescending(c => c.Position).Take(ListLimit).ToListAsync(cancel);
        return TypedResults.Ok(new CommandList([.. newest.Select(c => CommandView.Of(c, now))]));
    }
}
