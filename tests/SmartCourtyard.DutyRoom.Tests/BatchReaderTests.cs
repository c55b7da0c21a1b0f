using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using SmartCourtyard.DutyRoom.Intake;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

public sealed class BatchReaderTests
{
    public static TheoryData<string, string, string> Mistakes => new()
    {
        { "specversion", "\"0.3\"", "specversion" },
        { "specversion", "null", "specversion" },
        { "id", "null", "id" },
        { "id", "\"\"", "id" },
        { "id", "7", "id" },
        { "id", "\"a b\"", "id" },
        { "id", "\"a/b\"", "id" },
        { "source", "\"/gateways/another\"", "source" },
        { "type", "\"smartcourtyard.alarm.raised.v2\"", "type" },
        { "type", "null", "type" },
        { "time", "\"2026-11-22T04:30:00\"", "time" },
        { "time", "\"yesterday\"", "time" },
        { "time", "1763785800", "time" },
        { "sequence", "42", "sequence" },
        { "sequence", "\"0\"", "sequence" },
        { "sequence", "\"-1\"", "sequence" },
        { "sequence", "\"007\"", "sequence" },
        { "sequence", "\"99999999999999999999\"", "sequence" },
        { "datacontenttype", "\"text/plain\"", "datacontenttype" },
        { "data", "null", "data" },
        { "data", "[]", "data" },
        { "data.alarmId", "null", "data.alarmId" },
        { "data.alarmId", "\"../../etc\"", "data.alarmId" },
        { "data.kind", "\"fire\"", "data.kind" },
        { "data.kind", "\"supervision\"", "data.kind" },
        { "data.kind", "1", "data.kind" },
        { "data.severity", "\"high\"", "data.severity" },
        { "data.device", "null", "data.device" },
        { "data.device", "\"line\\nbreak\"", "data.device" },
        { "data.at", "\"here\"", "data.at" },
        { "data.at.unit", "\"1\"", "data.at.unit" },
        { "data.at.floor", "1.5", "data.at.floor" },
        { "data.at.flat", "301", "data.at.flat" },
        { "data.cause", "true", "data.cause" },
        { "data.cause.quantity", "null", "data.cause.quantity" },
        { "data.cause.value", "\"on\"", "data.cause.value" },
        { "data.raisedAt", "null", "data.raisedAt" },
        { "data.raisedAt", "\"22.11.2026\"", "data.raisedAt" },
        { "data.clock", "\"wrong\"", "data.clock" },
        { "data.test", "\"yes\"", "data.test" },
        { "data.occurrences", "0", "data.occurrences" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_named_by_index_and_field(string where, string value, string field)
    {
        var wrong = Events.Alarm(2, "b");
        var path = where.Split('.');
        JsonNode target = wrong;
        foreach (var step in path[..^1])
        {
            target = target[step]!;
        }

        target[path[^1]] = JsonNode.Parse(value);

        var (events, problem) = Read(new JsonArray(Events.Alarm(1, "a"), wrong).ToJsonString());

        Assert.Null(events);
        Assert.Equal((400, 1, field), (problem!.Status, problem.Index, problem.Field));
        Assert.Contains(field, problem.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("[1")]
    [InlineData("null")]
    [InlineData("[{\"a\":1,\"a\":2}]")]
    public void What_is_no_batch_is_refused(string body) => Assert.Equal(400, Read(body).Problem!.Status);

    [Fact]
    public void What_is_no_event_is_named_by_its_index()
    {
        var (_, problem) = Read(new JsonArray(Events.Alarm(1, "a"), 7).ToJsonString());
        Assert.Equal((1, "event"), (problem!.Index, problem.Field));
    }

    [Fact]
    public void Deep_nesting_and_bytes_that_are_no_text_are_refused()
    {
        Assert.Equal(400, Read(new string('[', 100_000)).Problem!.Status);
        var (_, problem) = BatchReader.Read(new ReadOnlySequence<byte>([.. "[\""u8, 0xC3, 0x28, .. "\"]"u8]), RunningDutyRoom.Gateway);
        Assert.Equal(400, problem!.Status);
    }

    [Fact]
    public void Half_a_character_is_no_text()
    {
        var (_, problem) = Read($"[{Events.Alarm(1, "a").ToJsonString().Replace("b03-u1-301-smoke", "\\ud800", StringComparison.Ordinal)}]");
        Assert.Equal("data.device", problem!.Field);
    }

    [Fact]
    public void Fields_that_may_be_left_out_are_taken_as_usual()
    {
        var e = Events.Alarm(1, "a");
        foreach (var field in new[] { "clock", "test", "cause", "at" })
        {
            e["data"]!.AsObject().Remove(field);
        }

        e.Remove("datacontenttype");
        e["comexampleextension"] = "kept as it is";
        var read = Read(new JsonArray(e).ToJsonString()).Events!.Single();
        Assert.Equal((1, false), (read.Alarm!.Occurrences, read.Alarm.Test));
        Assert.Contains("kept as it is", read.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_answers_with_the_same_problem_and_stores_nothing()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var wrong = Events.Alarm(2, "b");
        wrong["data"]!["kind"] = "fire";

        var (status, problem) = await room.PostEventsAsync(Events.Alarm(1, "a"), wrong);

        Assert.Equal(400, (int)status);
        Assert.Equal((1, "data.kind"), ((int?)problem["index"], (string?)problem["field"]));
        Assert.Empty(await room.AlarmsAsync());
    }

    private static (IReadOnlyList<Incoming>? Events, Problem? Problem) Read(string body)
        => BatchReader.Read(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body)), RunningDutyRoom.Gateway);
}
