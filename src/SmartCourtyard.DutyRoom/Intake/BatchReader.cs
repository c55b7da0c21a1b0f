using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.DutyRoom.Intake;

/// <summary>Reads a batch of events and says of the first that is not as agreed which one, which field, and what is allowed.</summary>
internal static class BatchReader
{
    public const int EventLimit = 500;

    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    private static readonly HashSet<string> Types = new(StringComparer.Ordinal)
    {
        EventTypes.AlarmRaised, EventTypes.AlarmUpdated, EventTypes.AlarmCleared, EventTypes.TroubleRaised, EventTypes.TroubleCleared,
        EventTypes.TestPassed, EventTypes.TestFailed, EventTypes.CommandDone, EventTypes.CommandFailed, EventTypes.GatewayStarted,
        EventTypes.AccessPassed,
    };

    /// <summary>Exactly one of the two comes back.</summary>
    public static (IReadOnlyList<Incoming>? Events, Problem? Problem) Read(ReadOnlySequence<byte> body, string gateway)
    {
        var bytes = body.IsSingleSegment ? body.First : body.ToArray();
        if (!Utf8.IsValid(bytes.Span))
        {
            return (null, new(400, "Not as agreed", "The body is not UTF-8."));
        }

        try
        {
            using var document = JsonDocument.Parse(bytes, Options);
            return ReadAll(document.RootElement, gateway);
        }
        catch (JsonException e)
        {
            return (null, new(400, "Not as agreed", "The body is not JSON: " + e.Message));
        }
    }

    private static (IReadOnlyList<Incoming>?, Problem?) ReadAll(JsonElement root, string gateway)
    {
        if (root.ValueKind != JsonValueKind.Array || root.GetArrayLength() is < 1 or > EventLimit)
        {
            return (null, new(400, "Not as agreed", $"The body is not an array of 1 to {EventLimit} events."));
        }

        var events = new List<Incoming>(root.GetArrayLength());
        foreach (var element in root.EnumerateArray())
        {
            try
            {
                events.Add(ReadOne(element, gateway));
            }
            catch (FieldException e)
            {
                return (null, new(400, "Not as agreed", $"Event {events.Count}, {e.Field}: {e.Message}")
                {
                    Index = events.Count, Field = e.Field,
                });
            }
        }

        return (events, null);
    }

    private static Incoming ReadOne(JsonElement element, string gateway)
    {
        var e = new Fields(element, "");
        e.Is("specversion", "1.0");
        var id = e.Id("id");
        e.Is("source", "/gateways/" + gateway);
        var type = e.Text("type");
        if (!Types.Contains(type))
        {
            throw new FieldException("type", $"one of {string.Join(' ', Types)} is allowed");
        }

        e.Is("datacontenttype", "application/json", optional: true);
        var incoming = new Incoming(id, type, e.Time("time"), Sequence(e), element.GetRawText());
        var data = e.Object("data");
        incoming = incoming with { Clock = data.WordOr("clock", ClockState.Synchronised) };
        return type switch
        {
            EventTypes.AlarmRaised or EventTypes.AlarmUpdated or EventTypes.AlarmCleared => incoming with { Alarm = Alarm(data) },
            EventTypes.TroubleRaised or EventTypes.TroubleCleared => incoming with { Trouble = Trouble(data) },
            EventTypes.CommandDone => incoming with { Answer = new(data.Id("commandId"), null) },
            EventTypes.CommandFailed => incoming with { Answer = new(data.Id("commandId"), data.TextOrNull("reason") ?? "failed") },
            EventTypes.TestPassed or EventTypes.TestFailed when data.Has("alarmId") => incoming with { Proof = Proof(data, type) },
            EventTypes.GatewayStarted => incoming with { Troubles = data.IdsOrNull("troubles") },
            _ => incoming,
        };
    }

    private static long Sequence(Fields e)
    {
        var text = e.Text("sequence");
        return text[0] != '0' && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? sequence
            : throw new FieldException("sequence", "a decimal number from \"1\" on, as a string without leading zeros, is allowed");
    }

    private static IncomingAlarm Alarm(Fields data)
    {
        var kind = data.Word<AlarmKind>("kind");
        if (kind == AlarmKind.Supervision)
        {
            throw new FieldException("data.kind", "supervision is raised by the duty room itself");
        }

        var (quantity, value) = Cause(data);
        return new(
            data.Id("alarmId"), kind, data.Word<Severity>("severity"), data.Text("device"), At(data), quantity, value,
            data.Time("raisedAt"), data.WordOr("clock", ClockState.Synchronised), data.Flag("test"), data.Count("occurrences"),
            data.Flag("confirmed"), data.Flag("spread"), data.Flag("drill"), data.WordOrNull<AlarmHint>("hint"), Proof(data, kind), Asked(data));
    }

    /// <summary>What a program closes by itself must be a test that puts nothing at stake.</summary>
    private static bool Proof(Fields data, AlarmKind kind)
        => data.Flag("proof") && (kind == AlarmKind.Equipment && data.Flag("test") && data.Word<Severity>("severity") == Severity.Technical
            ? true
            : throw new FieldException("data.proof", "true is allowed for a test of the kind equipment with the severity technical only"));

    private static bool Asked(Fields data)
        => data.Flag("asked") && (data.Flag("proof") ? true : throw new FieldException("data.asked", "true is allowed for a proof only"));

    private static IncomingProof Proof(Fields data, string type) => new(
        data.Id("alarmId"), data.Flag("stored"), data.Flag("shown"), data.NumberOrNull("tookMilliseconds") ?? 0,
        type == EventTypes.TestPassed ? null : data.TextOrNull("failed") ?? "unknown", data.Flag("asked"), data.TextOrNull("answeredBy"));

    private static At At(Fields data) => data.ObjectOrNull("at") is { } at
        ? new(at.TextOrNull("building"), at.NumberOrNull("unit"), at.NumberOrNull("floor"), at.TextOrNull("flat"), at.TextOrNull("place"))
        : new();

    private static (string? Quantity, string? Value) Cause(Fields data)
        => data.ObjectOrNull("cause") is { } cause ? (cause.Text("quantity"), cause.Measured("value")) : default;

    private static IncomingTrouble Trouble(Fields data) => new(
        data.Id("troubleId"), data.Word<TroubleReason>("reason"), data.TextOrNull("device"), data.Time("raisedAt"),
        data.TextOrNull("detail"), At(data),
        data.ObjectOrNull("service") is { } said
            ? new(said.Text("reason"), said.Text("by"), said.Time("until"), said.TextOrNull("shelves") is null ? null : said.Word<AlarmKind>("shelves"))
            : null);
}
