using System.Globalization;
using System.Text.Json;
using SmartCourtyard.Alarms;
using SmartCourtyard.Proofs;
using SmartCourtyard.Readings;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Custody;

/// <summary>Turns what was judged into events of one gateway.</summary>
/// <param name="courtyardId">The gateway's id.</param>
public sealed class EventWriter(string courtyardId)
{
    /// <summary>Stands in a proof's alarm in the place of a device: it is no device of the site.</summary>
    public const string ProofDevice = "gateway";

    private const int LongestText = 500;

    private readonly string _source = "/gateways/" + courtyardId;

    /// <summary>The events of everything that one judgement changed, alarms first.</summary>
    public IEnumerable<CourtyardEvent> Events(
        IEnumerable<AlarmChange> alarms, IEnumerable<TroubleChange> troubles, DateTimeOffset at, ClockState clock)
        => alarms.Select(a => Alarm(a, at, clock))
            // A tampered device is an alarm of its own; its trouble would say the same twice.
            .Concat(troubles.Where(t => t.Trouble.Reason != TroubleReason.Tampered).Select(t => Trouble(t, at, clock)));

    /// <summary>An event about a step in an alarm's life.</summary>
    public CourtyardEvent Alarm(AlarmChange change, DateTimeOffset at, ClockState clock)
    {
        var alarm = change.Alarm;
        var value = alarm.CauseQuantity.IsBoolean()
            ? JsonSerializer.SerializeToElement(alarm.CauseValue != 0, CustodyJson.Default.Boolean)
            : JsonSerializer.SerializeToElement(alarm.CauseValue, CustodyJson.Default.Double);
        var data = new AlarmData(
            alarm.Id, alarm.Kind, alarm.Severity, alarm.DeviceId, At.From(alarm.At), new Cause(alarm.CauseQuantity.Name(), value),
            alarm.RaisedAt, clock, alarm.Test, alarm.Occurrences, alarm.Confirmed ? true : null,
            alarm.Spread ? true : null, alarm.Drill ? true : null, alarm.Hint);
        var type = change.Step switch
        {
            AlarmStep.Raised => EventTypes.AlarmRaised,
            AlarmStep.Updated => EventTypes.AlarmUpdated,
            _ => EventTypes.AlarmCleared,
        };
        return Event(type, at, JsonSerializer.SerializeToElement(data, CustodyJson.Default.AlarmData));
    }

    /// <summary>An event about the beginning or the end of a trouble.</summary>
    public CourtyardEvent Trouble(TroubleChange change, DateTimeOffset at, ClockState clock)
    {
        var trouble = change.Trouble;
        var data = new TroubleData(
            trouble.Id, trouble.Reason, trouble.Device?.Id, Where(trouble), trouble.RaisedAt, clock, Sentence(trouble.Detail),
            trouble.Order is { } order ? new ServiceData(order.Reason, order.By, order.Until, order.Shelves) : null);
        return Event(
            change.Raised ? EventTypes.TroubleRaised : EventTypes.TroubleCleared, at,
            JsonSerializer.SerializeToElement(data, CustodyJson.Default.TroubleData));
    }

    private static At? Where(Trouble trouble) => trouble switch
    {
        { Device: { } device } => At.From(device.At),
        { Order.Scope: { Building: { } building, Unit: var unit } } => new At(building, unit),
        _ => null,
    };

    /// <summary>The events of a step of a proof: its alarm begins; what it came to; its alarm ends.</summary>
    public IReadOnlyList<CourtyardEvent> Proof(ProofStep step, DateTimeOffset at, ClockState clock)
    {
        var alarm = JsonSerializer.SerializeToElement(
            new AlarmData(
                step.AlarmId, AlarmKind.Equipment, Severity.Technical, ProofDevice, new At(), null, step.RaisedAt, clock, Test: true, Proof: true,
                Asked: step.Asked ? true : null),
            CustodyJson.Default.AlarmData);
        return step.Turn switch
        {
            ProofTurn.Begins => [Event(EventTypes.AlarmRaised, at, alarm)],
            ProofTurn.Waits => [Test(step.Result!, at)],
            ProofTurn.Ends => [Test(step.Result!, at), Event(EventTypes.AlarmCleared, at, alarm)],
            _ => [Event(EventTypes.AlarmCleared, at, alarm)],
        };
    }

    private CourtyardEvent Test(ProofResult result, DateTimeOffset at)
    {
        var data = new TestData(
            result.AlarmId, result.Stored, result.Shown, (int)result.Took.TotalMilliseconds, result.Failed, result.Detail,
            result.Asked ? true : null, Sentence(result.AnsweredBy));
        return Event(
            result.Failed is null ? EventTypes.TestPassed : EventTypes.TestFailed, at,
            JsonSerializer.SerializeToElement(data, CustodyJson.Default.TestData));
    }

    /// <summary>The answer to a command of the duty room.</summary>
    public CourtyardEvent Command(CommandData data, DateTimeOffset at) => Event(
        data.Reason is null ? EventTypes.CommandDone : EventTypes.CommandFailed, at,
        JsonSerializer.SerializeToElement(data with { Reason = Sentence(data.Reason) }, CustodyJson.Default.CommandData));

    /// <summary>The gateway has started.</summary>
    public CourtyardEvent Started(GatewayStartedData data) => Event(
        EventTypes.GatewayStarted, data.StartedAt, JsonSerializer.SerializeToElement(data, CustodyJson.Default.GatewayStartedData));

    /// <summary>The event's bytes with the place in the gateway's sequence that the journal gave it.</summary>
    public static byte[] Bytes(CourtyardEvent e, long sequence) => JsonSerializer.SerializeToUtf8Bytes(
        e with { Sequence = sequence.ToString(CultureInfo.InvariantCulture) }, CustodyJson.Default.CourtyardEvent);

    // The duty room takes no longer text and no control character, and with one of them it would refuse the whole event.
    private static string? Sentence(string? text)
    {
        if (text is null || (text.Length <= LongestText && !text.Any(char.IsControl)))
        {
            return text;
        }

        var line = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        if (line.Length <= LongestText)
        {
            return line;
        }

        var end = LongestText - 1;
        return line[..(char.IsHighSurrogate(line[end - 1]) ? end - 1 : end)] + "…";
    }

    private CourtyardEvent Event(string type, DateTimeOffset at, JsonElement data)
        => new(Guid.CreateVersion7(at).ToString(), _source, type, at, "0", data);
}
