using SmartCourtyard.DutyRoom.Storage;
using SmartCourtyard.Service;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.DutyRoom.Courtyards;

/// <summary>
/// What may be asked of a gateway about devices that people work on. What only the gateway knows it refuses itself, with its sentence.
/// </summary>
internal static class ServiceRules
{
    private const string Shelved = "shelved";

    /// <summary>What is wrong with the words themselves; null where nothing is.</summary>
    public static Problem? Mistake(CommandBody body)
    {
        var begins = body.Command == Order.ServiceBegin;
        if (begins ? body.Service is null : body.Service is not null && body.Command != Order.DeviceTest)
        {
            return Problem.BadField("service", begins ? "what begins is needed: kind, for and reason" : $"{body.Command} has none");
        }

        var ends = body.Command == Order.ServiceEnd;
        if (ends != body.Ends is not null)
        {
            return Problem.BadField("ends", ends ? "the id of the trouble that stands for it is needed" : $"{body.Command} has none");
        }

        if (body.Service is not { } service)
        {
            return null;
        }

        if (begins && string.IsNullOrWhiteSpace(service.Reason))
        {
            return Problem.BadField("service", "reason: why, in a few words, is needed");
        }

        var words = begins ? service : ServiceRequest.TestOf(body.Device!, service.For, service.Reason, "");
        return words.Read("", default, out _) is { } mistake ? Problem.BadField("service", mistake) : null;
    }

    /// <summary>What only the store knows.</summary>
    public static Problem? Refusal(Writing writing, string gateway, CommandBody body)
    {
        if (body.Service?.Device is { } device && writing.Db.Devices.Find(gateway, device) is null)
        {
            return Problem.BadField("service", $"device: the id of a device of {gateway} is needed");
        }

        return body.Ends is not null && Find(writing, gateway, body.Ends) is null
            ? Problem.BadField("ends", $"nothing of that id is in force at {gateway}")
            : null;
    }

    /// <summary>Operators move actuators and put alarms aside; the rest is for who works on the devices.</summary>
    public static bool IsForOperators(Writing writing, string gateway, CommandBody body) => body.Command switch
    {
        Order.ActuatorSet or Order.SirenSilence or Order.Reassure => true,
        Order.ServiceBegin => body.Service?.Kind == Shelved,
        Order.ServiceEnd => Find(writing, gateway, body.Ends!) is { Reason: TroubleReason.Shelved },
        _ => false,
    };

    public static Problem NotForOperators(CommandBody body) => new(
        403, "Not allowed", $"{body.Command} is for {Roles.Technician} and {Roles.Admin}"
            + (body.Command is Order.ServiceBegin or Order.ServiceEnd ? $", except what is {Shelved}." : "."));

    private static TroubleRow? Find(Writing writing, string gateway, string id)
        => writing.Db.Troubles.Find(id) is { Until: not null, ClearedAt: null } trouble && trouble.Courtyard == gateway ? trouble : null;
}
