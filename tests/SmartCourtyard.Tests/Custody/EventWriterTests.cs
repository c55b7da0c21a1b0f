using System.Text;
using System.Text.Json;
using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Custody;
using SmartCourtyard.Readings;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Tests.CustodyTests;

public sealed class EventWriterTests
{
    private static readonly DateTimeOffset RaisedAt = new(2026, 11, 22, 12, 30, 0, 120, TimeSpan.FromHours(8));

    private readonly EventWriter _writer = new("fukang-garden");
    private readonly Device _smoke = Estate.Device(DeviceClass.SmokeDetector, "b03-u1-301-smoke");

    [Fact]
    public void An_alarm_on_the_wire_is_what_the_contract_says_field_by_field()
    {
        var e = _writer.Alarm(new AlarmChange(AlarmStep.Raised, Alarm()), RaisedAt.AddMilliseconds(3), ClockState.Synchronised);
        var golden = $$$"""
            {"id":"{{{e.Id}}}","source":"/gateways/fukang-garden","type":"smartcourtyard.alarm.raised.v1",
             "time":"2026-11-22T04:30:00.123Z","sequence":"42",
             "data":{"alarmId":"0193aaaa","kind":"smoke","severity":"life","device":"b03-u1-301-smoke",
              "at":{"building":"b03","unit":1,"floor":3,"flat":"301","place":"厨房"},
              "cause":{"quantity":"smoke","value":true},"raisedAt":"2026-11-22T04:30:00.120Z","clock":"synchronised","test":false,"occurrences":1},
             "specversion":"1.0","datacontenttype":"application/json"}
            """;
        Assert.Equal(Canonical(Encoding.UTF8.GetBytes(golden)), Canonical(EventWriter.Bytes(e, 42)));
    }

    [Theory]
    [InlineData(0, "", 7)]
    [InlineData(600, "", 500)]
    [InlineData(498, "😀", 500)]
    [InlineData(491, "😀", 500)]
    [InlineData(491, "😀yy", 499)]
    public void A_sentence_that_the_duty_room_would_refuse_is_made_to_fit(int filling, string tail, int length)
    {
        var reason = "bad\tkey" + new string('x', filling) + tail;
        var sent = _writer.Command(new CommandData("c", "site.reload", reason), RaisedAt).Data.GetProperty("reason").GetString()!;
        Assert.Equal(length, sent.Length);
        Assert.StartsWith("bad key", sent, StringComparison.Ordinal);
        Assert.DoesNotContain(sent, char.IsControl);
        Assert.Equal(sent.Count(char.IsHighSurrogate), sent.Count(char.IsLowSurrogate));
    }

    [Fact]
    public void The_id_is_a_uuid_of_version_7_and_new_each_time()
    {
        var change = new AlarmChange(AlarmStep.Updated, Alarm());
        var ids = Enumerable.Range(0, 100).Select(_ => _writer.Alarm(change, RaisedAt, ClockState.Synchronised).Id).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(100, ids.Count);
        Assert.All(ids, id => Assert.Equal(7, Guid.Parse(id).Version));
    }

    [Theory]
    [InlineData(AlarmStep.Raised, "smartcourtyard.alarm.raised.v1")]
    [InlineData(AlarmStep.Updated, "smartcourtyard.alarm.updated.v1")]
    [InlineData(AlarmStep.Cleared, "smartcourtyard.alarm.cleared.v1")]
    public void Each_step_has_its_type(AlarmStep step, string type)
        => Assert.Equal(type, _writer.Alarm(new AlarmChange(step, Alarm()), RaisedAt, ClockState.Synchronised).Type);

    [Fact]
    public void A_number_is_told_as_a_number_and_an_unset_clock_is_told()
    {
        var e = _writer.Alarm(
            new AlarmChange(AlarmStep.Raised, Alarm() with { CauseQuantity = Quantity.Methane, CauseValue = 12.5, Kind = AlarmKind.CarbonMonoxide }),
            RaisedAt, ClockState.Unsynchronised);
        Assert.Equal("""{"quantity":"methane","value":12.5}""", e.Data.GetProperty("cause").GetRawText());
        Assert.Equal("unsynchronised", e.Data.GetProperty("clock").GetString());
        Assert.Equal("carbon-monoxide", e.Data.GetProperty("kind").GetString());
    }

    [Fact]
    public void A_place_says_only_what_is_known()
    {
        var e = _writer.Alarm(new AlarmChange(AlarmStep.Raised, Alarm() with { At = new Place("b03", Room: "大厅") }), RaisedAt, ClockState.Synchronised);
        Assert.Equal(["building", "place"], e.Data.GetProperty("at").EnumerateObject().Select(p => p.Name));
        e = _writer.Alarm(new AlarmChange(AlarmStep.Raised, Alarm() with { At = new Place() }), RaisedAt, ClockState.Synchronised);
        Assert.Equal("{}", e.Data.GetProperty("at").GetRawText());
    }

    [Fact]
    public void Troubles_commands_and_starts_have_their_shapes()
    {
        var trouble = new Trouble("t1", TroubleReason.BatteryLow, _smoke, RaisedAt);
        var raised = _writer.Trouble(new TroubleChange(true, trouble), RaisedAt, ClockState.Synchronised);
        Assert.Equal("smartcourtyard.trouble.raised.v1", raised.Type);
        Assert.Equal(["troubleId", "reason", "device", "at", "raisedAt", "clock"], Names(raised));
        Assert.Equal("battery-low", raised.Data.GetProperty("reason").GetString());
        var own = _writer.Trouble(
            new TroubleChange(false, new Trouble("t2", TroubleReason.BrokerLost, null, RaisedAt, "no answer")), RaisedAt, ClockState.Synchronised);
        Assert.Equal("smartcourtyard.trouble.cleared.v1", own.Type);
        Assert.Equal(["troubleId", "reason", "raisedAt", "clock", "detail"], Names(own));

        var done = _writer.Command(new CommandData("c1", "alarm.stored"), RaisedAt);
        Assert.Equal(("smartcourtyard.command.done.v1", """{"commandId":"c1","command":"alarm.stored"}"""), (done.Type, done.Data.GetRawText()));
        Assert.Equal("smartcourtyard.command.failed.v1", _writer.Command(new CommandData("c1", "siren.silence", "not-supported"), RaisedAt).Type);
        var started = _writer.Started(new GatewayStartedData("0.1.0", RaisedAt, ClockState.Synchronised, ["t1"]));
        Assert.Equal("smartcourtyard.gateway.started.v1", started.Type);
        Assert.Equal("""{"version":"0.1.0","startedAt":"2026-11-22T04:30:00.120Z","clock":"synchronised","troubles":["t1"]}""", started.Data.GetRawText());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(42)]
    [InlineData(long.MaxValue)]
    public void The_stored_bytes_read_back_as_the_same_event_with_the_sequence_as_a_decimal_string(long sequence)
    {
        var e = _writer.Alarm(new AlarmChange(AlarmStep.Raised, Alarm()), RaisedAt, ClockState.Synchronised);
        var bytes = EventWriter.Bytes(e, sequence);
        var back = JsonSerializer.Deserialize(bytes, CustodyJson.Default.CourtyardEvent)!;
        Assert.Equal(sequence.ToString(System.Globalization.CultureInfo.InvariantCulture), back.Sequence);
        Assert.Equal((e.Id, e.Source, e.Type, e.Time, "1.0", "application/json"), (back.Id, back.Source, back.Type, back.Time, back.Specversion, back.Datacontenttype));
        Assert.Equal(bytes, EventWriter.Bytes(back, sequence));
        Assert.Equal(
            new AlarmData(
                "0193aaaa", AlarmKind.Smoke, Severity.Life, "b03-u1-301-smoke", At.From(_smoke.At), null, RaisedAt, ClockState.Synchronised),
            back.Data.Deserialize(CustodyJson.Default.AlarmData)! with { Cause = null });
    }

    [Theory]
    [InlineData("\"2026-11-22T12:30:00.1239+08:00\"", "\"2026-11-22T04:30:00.123Z\"")]
    [InlineData("\"2026-11-22T04:30:00Z\"", "\"2026-11-22T04:30:00.000Z\"")]
    [InlineData("\"2026-12-31T23:59:59.9999999-12:00\"", "\"2027-01-01T11:59:59.999Z\"")]
    public void Times_are_written_in_utc_with_milliseconds(string read, string written)
    {
        var json = new JsonSerializerOptions { Converters = { new UtcMillisecondsConverter() } };
        Assert.Equal(written, JsonSerializer.Serialize(JsonSerializer.Deserialize<DateTimeOffset>(read, json), json));
    }

    [Theory]
    [InlineData("42")]
    [InlineData("null")]
    [InlineData("\"yesterday\"")]
    [InlineData("\"22.11.2026\"")]
    public void What_is_no_time_is_refused_with_an_example(string text)
    {
        var json = new JsonSerializerOptions { Converters = { new UtcMillisecondsConverter() } };
        var e = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<DateTimeOffset>(text, json));
        Assert.Contains("2026-11-22T04:30:00.123Z", e.Message, StringComparison.Ordinal);
    }

    private Alarm Alarm() => new(
        "0193aaaa", AlarmKind.Smoke, _smoke.Id, _smoke.At, Quantity.Smoke, 1, RaisedAt, AlarmCondition.Active, 1, false, Receipts.None);

    private static string[] Names(CourtyardEvent e) => [.. e.Data.EnumerateObject().Select(p => p.Name)];

    private static string Canonical(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return Sorted(document.RootElement);

        static string Sorted(JsonElement element) => element.ValueKind == JsonValueKind.Object
            ? "{" + string.Join(",", element.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => p.Name + ":" + Sorted(p.Value))) + "}"
            : element.ValueKind == JsonValueKind.String ? "'" + element.GetString() + "'" : element.GetRawText();
    }
}
