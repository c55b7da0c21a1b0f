using System.Text.Json;
using System.Text.Json.Serialization;
using SmartCourtyard.Service;

namespace SmartCourtyard.DutyRoom.Storage;

[JsonConverter(typeof(JsonStringEnumConverter<CommandState>))]
internal enum CommandState
{
    /// <summary>The gateway has been or will be told, and has time left to answer.</summary>
    [JsonStringEnumMemberName("open")] Open,
    [JsonStringEnumMemberName("done")] Done,
    [JsonStringEnumMemberName("failed")] Failed,
    /// <summary>The gateway did not answer in time. A later answer still counts.</summary>
    [JsonStringEnumMemberName("unanswered")] Unanswered,
}

/// <summary>What a person or a program wants of a gateway, as the gateway is told.</summary>
internal sealed record Order(string Id, DateTimeOffset At, string By, string? Device = null, bool? On = null, ServiceRequest? Service = null, string? Ends = null,
    string? AlarmId = null)
{
    public const string SiteReload = "site.reload";
    public const string ActuatorSet = "actuator.set";
    public const string ServiceBegin = "service.begin";
    public const string ServiceEnd = "service.end";
    public const string DeviceTest = "device.test";

    public const string SirenSilence = "siren.silence";
    public const string Reassure = "reassure";

    /// <summary>The commands that somebody may ask for; the others follow from alarms.</summary>
    public static readonly string[] Types = [SiteReload, ActuatorSet, ServiceBegin, ServiceEnd, DeviceTest, SirenSilence, Reassure];

    /// <summary>What is meant for now only: not handed over any more when its time to be answered is over.</summary>
    public static readonly string[] ForNow = [ActuatorSet, ServiceBegin, DeviceTest, SirenSilence, Reassure];

    /// <summary>
    /// How long a gateway may take to answer. Of what is meant for now, what was not handed over by then is not handed over any more:
    /// nobody expects the siren of this morning in the evening.
    /// </summary>
    public static readonly TimeSpan AnswerWithin = TimeSpan.FromMinutes(1);
}

/// <summary>An order as people see it.</summary>
/// <param name="Service">What somebody wants to begin.</param>
/// <param name="Ends">What somebody wants to end: the id of its trouble.</param>
/// <param name="AlarmId">Whose sirens fall silent, or whose lamp says that somebody is coming.</param>
/// <param name="By">Who asked.</param>
/// <param name="AnswerBy">Unanswered at this time, it counts as unanswered.</param>
/// <param name="Reason">One word: why it failed.</param>
/// <param name="Detail">The gateway's own sentence on it, in English; null where it has none.</param>
internal sealed record CommandView(
    string Id, string Gateway, string Command, string? Device, bool? On, ServiceRequest? Service, string? Ends, string? AlarmId, string By, DateTimeOffset At, DateTimeOffset AnswerBy,
    CommandState State, DateTimeOffset? AnsweredAt, string? Reason, string? Detail)
{
    public static CommandView Of(CommandRow row, DateTimeOffset now)
    {
        var order = JsonSerializer.Deserialize(row.Data, StorageJson.Wire.Order)!;
        var answerBy = row.At + Order.AnswerWithin;
        var state = row.AnsweredAt is null ? now > answerBy ? CommandState.Unanswered : CommandState.Open
            : row.Failure is null ? CommandState.Done : CommandState.Failed;
        var (reason, detail) = row.Failure?.Split(": ", 2) switch
        {
            null => (null, null),
            [var word] => (word, null),
            var both => (both[0], both[1]),
        };
        return new(row.Id, row.Gateway, row.Type, order.Device, order.On, order.Service, order.Ends, order.AlarmId, order.By, row.At, answerBy, state, row.AnsweredAt, reason, detail);
    }
}
