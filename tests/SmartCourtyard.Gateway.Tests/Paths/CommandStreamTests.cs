using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.Paths;
using SmartCourtyard.Gateway.Tests.Watch;

namespace SmartCourtyard.Gateway.Tests.Paths;

public sealed class CommandStreamTests : IAsyncLifetime
{
    private readonly FarEnd _farEnd = new();
    private readonly ConcurrentQueue<DutyCommand> _received = [];
    private readonly TestClock _clock = new();
    private DutyRoomClient? _client;
    private CommandStream? _stream;

    public Task InitializeAsync() => _farEnd.StartAsync();

    public async Task DisposeAsync()
    {
        await _stream!.StopAsync(CancellationToken.None);
        _stream.Dispose();
        _client!.Dispose();
        await _farEnd.DisposeAsync();
        Assert.Empty(_farEnd.Violations);
    }

    [Theory]
    [InlineData("alarm.stored", ReceiptKind.Stored)]
    [InlineData("alarm.shown", ReceiptKind.Shown)]
    [InlineData("alarm.acknowledged", ReceiptKind.Acknowledged)]
    [InlineData("alarm.resolved", ReceiptKind.Resolved)]
    public async Task Receipts_reach_the_watch(string type, ReceiptKind kind)
    {
        await StartAsync(null);
        await SayAsync($"id: 7\nevent: {type}\ndata: {{\"id\":\"c7\",\"alarmId\":\"a1\",\"at\":\"2026-11-22T12:30:00+08:00\",\"by\":\"王\"}}\n\n");
        await Eventually.Holds(() => _received.Count == 1, "received");
        Assert.Equal(new DutyCommand("7", "c7", type, kind, "a1", TestClock.Night, By: "王"), _received.Single());
    }

    [Fact]
    public async Task A_command_of_a_kind_that_this_gateway_does_not_know_is_passed_on_as_failed()
    {
        await StartAsync(null);
        await SayAsync("id: 8\nevent: siren.silence\ndata: {\"id\":\"c8\",\"alarmId\":\"a1\"}\n\n");
        await Eventually.Holds(() => _received.Count == 1, "received");
        Assert.Equal(("8", "c8", "siren.silence", null, "not-supported"), Told(_received.Single()));
    }

    [Theory]
    [InlineData("good", null)]
    [InlineData("bad", "site-refused: line 3")]
    public async Task An_order_is_carried_out_and_what_came_of_it_is_passed_on(string id, string? failure)
    {
        await StartAsync(null);
        await SayAsync($"id: 8\nevent: site.reload\ndata: {{\"id\":\"{id}\"}}\n\n");
        await Eventually.Holds(() => _received.Count == 1, "received");
        Assert.Equal(("8", id, "site.reload", null, failure), Told(_received.Single()));
    }

    [Theory]
    [InlineData("\"device\":\"yard-siren\",\"on\":true", "yard-siren True")]
    [InlineData("\"device\":\"yard-siren\",\"on\":false", "yard-siren False")]
    [InlineData("\"device\":\"yard-siren\"", "yard-siren ")]
    public async Task An_order_to_an_output_names_it_and_its_state(string body, string heard)
    {
        await StartAsync(null);
        await SayAsync($"id: 8\nevent: actuator.set\ndata: {{\"id\":\"c8\",{body}}}\n\n");
        await Eventually.Holds(() => _received.Count == 1, "received");
        Assert.Equal(("8", "c8", "actuator.set", null, heard), Told(_received.Single()));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("[1,2]")]
    [InlineData("{\"id\":\"9\"}")]
    [InlineData("{\"id\":\"9\",\"alarmId\":\"a1\",\"at\":\"yesterday\"}")]
    public async Task A_receipt_that_cannot_be_read_is_passed_on_as_failed_and_the_next_one_is_heard(string data)
    {
        await StartAsync(null);
        await SayAsync($"id: 9\nevent: alarm.stored\ndata: {data}\n\n");
        await SayAsync("id: 10\nevent: alarm.stored\ndata: {\"id\":\"c10\",\"alarmId\":\"a1\"}\n\n");
        await Eventually.Holds(() => _received.Count == 2, "received");
        Assert.Equal(("9", "9", "alarm.stored", "unreadable"), (_received.First().Bookmark, _received.First().CommandId, _received.First().Type, _received.First().Failure));
        Assert.Equal(("10", "c10", "alarm.stored", "a1", null), Told(_received.Last()));
    }

    [Fact]
    public async Task After_a_cut_it_goes_on_behind_the_last_command_it_took()
    {
        await StartAsync("5");
        await SayAsync("id: 6\nevent: alarm.stored\ndata: {\"id\":\"c6\",\"alarmId\":\"a1\"}\n\n");
        await Eventually.Holds(() => _received.Count == 1, "received");
        await _farEnd.Commands.Writer.WriteAsync(null);
        await Eventually.Holds(_clock, 0.1, () => _farEnd.LastEventIds.Count == 2, "reopened");
        Assert.Equal(["5", "6"], _farEnd.LastEventIds);
    }

    [Fact]
    public async Task A_new_gateway_asks_from_the_beginning()
    {
        await StartAsync(null);
        await Eventually.Holds(() => _farEnd.LastEventIds.Count == 1, "opened");
        Assert.Equal([null], _farEnd.LastEventIds);
    }

    [Fact]
    public async Task A_stream_without_a_sign_of_life_for_45_seconds_is_opened_anew()
    {
        await StartAsync("5");
        await Eventually.Holds(() => _farEnd.LastEventIds.Count == 1, "opened");
        await SayAsync("id: 6\nevent: alarm.stored\ndata: {\"id\":\"c6\",\"alarmId\":\"a1\"}\n\n");
        await Eventually.Holds(() => _received.Count == 1, "received");
        _clock.Advance(44);
        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        Assert.Single(_farEnd.LastEventIds);
        _clock.Advance(2);
        await Eventually.Holds(_clock, 0.05, () => _farEnd.LastEventIds.Count == 2, "reopened");
    }

    [Fact]
    public async Task A_comment_is_a_sign_of_life()
    {
        await StartAsync("5");
        await SayAsync("id: 6\nevent: alarm.stored\ndata: {\"id\":\"c\",\"alarmId\":\"a1\"}\n\n");
        await Eventually.Holds(() => _received.Count == 1, "received");
        for (var i = 0; i < 6; i++)
        {
            _clock.Advance(30);
            Assert.Equal(TimeSpan.FromSeconds(15), _clock.NextDue);
            await SayAsync(": alive\n\n");
            await Eventually.Holds(() => _clock.NextDue == TimeSpan.FromSeconds(45), "the comment was noticed");
        }

        Assert.Single(_farEnd.LastEventIds);
    }

    [Fact]
    public async Task A_duty_room_that_refuses_the_stream_is_asked_again()
    {
        var asked = 0;
        _farEnd.OnCall = async (http, _) =>
        {
            if (Interlocked.Increment(ref asked) > 3)
            {
                return false;
            }

            await FarEnd.ProblemAsync(http, 401, "\"detail\":\"who are you\"");
            return true;
        };
        await StartAsync("5");
        await Eventually.Holds(_clock, 0.1, () => _farEnd.LastEventIds.Count == 1, "opened in the end");
        Assert.Equal(4, asked);
    }

    private static (string, string, string, string?, string?) Told(DutyCommand c) => (c.Bookmark, c.CommandId, c.Type, c.AlarmId, c.Failure);

    private Task StartAsync(string? bookmark)
    {
        // Its own deadline is not the subject here, and the test clock may run faster than an answer travels.
        _client = new DutyRoomClient(_farEnd.Address, FarEnd.Token, "fukang-garden", TimeProvider.System);
        _stream = new CommandStream(
            _client, bookmark, (command, _) =>
            {
                _received.Enqueue(command);
                return ValueTask.CompletedTask;
            },
            new Dictionary<string, Func<CommandBody, CancellationToken, ValueTask<string?>>>
            {
                ["site.reload"] = (body, _) => ValueTask.FromResult(body.Id == "bad" ? "site-refused: line 3" : null),
                ["actuator.set"] = (body, _) => ValueTask.FromResult<string?>($"{body.Device} {body.On}"),
            },
            _clock, NullLogger<CommandStream>.Instance);
        return _stream.StartAsync(CancellationToken.None);
    }

    private ValueTask SayAsync(string text) => _farEnd.Commands.Writer.WriteAsync(text);
}
