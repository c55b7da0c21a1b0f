using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Acceptance.Estates;
using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.Journal;
using SmartCourtyard.Gateway.Paths;
using SmartCourtyard.Gateway.Tests.Journal;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Tests.Paths;

/// <summary>Custody towards the duty room: a real journal, real HTTP, and a far end that answers everything an uplink can answer.</summary>
public sealed class PathLoopTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<TroubleReason> _troubles = [];
    private readonly PathStatus _status = new();
    private readonly FarEnd _farEnd = new();
    private JournalStore _store = null!;
    private EventJournal _journal = null!;
    private DutyRoomClient? _client;
    private PathLoop? _path;
    private int _answered;

    public async Task InitializeAsync()
    {
        _store = JournalStore.Open(_folder.File("journal.db"));
        _journal = new EventJournal(_store, TimeProvider.System, NullLogger<EventJournal>.Instance);
        await _journal.StartAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (_path is not null)
        {
            await _path.StopAsync(CancellationToken.None);
            _path.Dispose();
            _client!.Dispose();
        }

        await _farEnd.DisposeAsync();
        await _journal.StopAsync(CancellationToken.None);
        _journal.Dispose();
        _store.Dispose();
        _folder.Dispose();
        Assert.Empty(_farEnd.Violations.Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_waited_goes_out_alarms_first_in_batches_that_the_contract_allows()
    {
        await AppendAsync(1_200, i => i % 10 == 0);
        await StartAsync();
        await DeliveredAsync(1_200);
        Assert.Equal(3, _farEnd.Tries.Count);
        Assert.Equal(_farEnd.Held.Where(e => e.Key % 10 == 1).Select(e => e.Value), _farEnd.Taken.Take(120));
        Assert.True(_status.Now.IsUp);
        await Eventually.Holds(() => _store.CountWaiting() == 0, "the journal knows");
    }

    [Fact]
    public async Task A_new_event_goes_out_at_once()
    {
        await StartAsync();
        for (var i = 1; i <= 5; i++)
        {
            var start = TimeProvider.System.GetTimestamp();
            await AppendAsync(1);
            await DeliveredAsync(i);
            Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 0, 5);
        }
    }

    [Fact]
    public async Task While_nobody_listens_it_tries_on_with_growing_pauses_and_then_delivers_all()
    {
        var port = Ports.Free();
        await AppendAsync(5);
        await StartAsync(new Uri($"http://127.0.0.1:{port}/"), listen: false);
        await Eventually.Holds(() => _status.Now.Detail is not null, "told");
        Assert.Contains("cannot be reached", _status.Now.Detail, StringComparison.Ordinal);
        await _farEnd.StartAsync(port);
        await DeliveredAsync(5);
        Assert.Null(_status.Now.Detail);
    }

    [Fact]
    public async Task A_busy_duty_room_is_asked_again_with_growing_pauses()
    {
        Script(5, (http, _) => FarEnd.ProblemAsync(http, 503, "\"detail\":\"busy\""));
        await AppendAsync(3);
        await StartAsync();
        await DeliveredAsync(3);
        var at = _farEnd.Tries.Select(t => t.At.TotalSeconds).ToArray();
        var pauses = at.Zip(at.Skip(1), (a, b) => b - a).ToArray();
        Assert.Equal(5, pauses.Length);
        // The fifth pause is at least 1.6 s, however chance falls; the first at most 0.2 s and the time of an answer.
        Assert.True(pauses[4] > 1.5 && pauses[4] > pauses[0], string.Join(' ', pauses));
    }

    [Fact]
    public async Task Retry_after_is_honoured_but_ends_at_once_when_the_path_is_back()
    {
        Script(1, (http, _) => FarEnd.ProblemAsync(http, 429, "\"detail\":\"slowly\"", retryAfter: "1"));
        await AppendAsync(1);
        await StartAsync();
        await DeliveredAsync(1);
        var at = _farEnd.Tries.Select(t => t.At.TotalSeconds).ToArray();
        Assert.InRange(at[1] - at[0], 0.99, 10);

        Script(1, (http, _) => FarEnd.ProblemAsync(http, 503, "\"detail\":\"later\"", retryAfter: "50"));
        await AppendAsync(1);
        await Eventually.Holds(() => _status.Now.Detail is not null, "down");
        _status.Up(null, TestClock.Night);
        await DeliveredAsync(2);
    }

    [Fact]
    public async Task The_one_event_that_is_refused_is_set_aside_and_all_others_go_on()
    {
        await AppendAsync(20, _ => false);
        var bad = _store.ReadWaiting(20)[7];
        _farEnd.OnEvents = async (http, events) =>
        {
            var index = Array.FindIndex(events, e => e.GetProperty("id").GetString() == bad.Id);
            if (index >= 0)
            {
                await FarEnd.ProblemAsync(http, 400, $"\"detail\":\"data.kind\",\"index\":{index},\"field\":\"data.kind\"");
            }

            return index >= 0;
        };
        await StartAsync();
        await DeliveredAsync(19);
        Assert.DoesNotContain(bad.Id, _farEnd.Taken);
        Assert.Equal((1, 0), (_journal.Refused, _journal.Outbox.Waiting));
        Assert.Equal([TroubleReason.EventRefused], _troubles);
        await Eventually.Holds(() => _store.CountRefused().All == 1 && _store.CountWaiting() == 0, "kept in the journal");
        Assert.Equal(2, _farEnd.Tries.Count);
    }

    [Fact]
    public async Task A_refusal_that_does_not_say_which_is_narrowed_down_to_the_one()
    {
        await AppendAsync(33, _ => false);
        var bad = _store.ReadWaiting(33)[20];
        _farEnd.OnEvents = async (http, events) =>
        {
            var holds = events.Any(e => e.GetProperty("id").GetString() == bad.Id);
            if (holds)
            {
                await FarEnd.ProblemAsync(http, 400, "\"detail\":\"something is wrong\"");
            }

            return holds;
        };
        await StartAsync();
        await DeliveredAsync(32);
        Assert.Equal(1, _journal.Refused);
        Assert.DoesNotContain(bad.Id, _farEnd.Taken);
    }

    [Theory]
    [InlineData(400, "text/html", "<html>the proxy says no</html>")]
    [InlineData(200, "text/html", "<html>please sign in to the hotel's network</html>")]
    [InlineData(200, "application/json", "{}")]
    [InlineData(200, "application/json", "")]
    [InlineData(204, "application/json", "")]
    [InlineData(200, "application/json", """{"accepted":[],"duplicates":[],"lastSequence":"0"}""")]
    [InlineData(302, "text/plain", "")]
    [InlineData(404, "text/plain", "no such page")]
    [InlineData(500, "text/plain", "oops")]
    public async Task Only_a_receipt_that_names_every_event_is_a_receipt(int status, string type, string body)
    {
        Script(2, async (http, _) =>
        {
            http.Response.StatusCode = status;
            if (status != 204)
            {
                await FarEnd.SayAsync(http, status, type, body);
            }
        });
        await AppendAsync(4);
        await StartAsync();
        await Eventually.Holds(() => _farEnd.Tries.Count >= 2, "tried again");
        await DeliveredAsync(4);
        Assert.Equal((0, 3), (_journal.Refused, _farEnd.Tries.Count));
    }

    [Fact]
    public async Task A_batch_that_is_too_large_is_halved_until_it_fits()
    {
        _farEnd.EventsAtMost = 10;
        await AppendAsync(100);
        await StartAsync();
        await DeliveredAsync(100);
        Assert.Equal(0, _journal.Refused);
    }

    [Fact]
    public async Task Where_other_events_stand_in_their_places_what_waits_is_moved_behind_them()
    {
        for (var i = 1; i <= 5; i++)
        {
            _farEnd.Hold(i, $"from before the disk was changed {i}");
        }

        await AppendAsync(3, _ => false);
        var ids = _store.ReadWaiting(3).Select(e => e.Id).ToArray();
        await StartAsync();
        await DeliveredAsync(3);
        Assert.Equal(ids, _farEnd.Held.Where(h => h.Key is 6 or 7 or 8).Select(h => h.Value));
        await AppendAsync(1);
        await DeliveredAsync(4);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9], _farEnd.Held.Keys);
    }

    [Fact]
    public async Task A_collision_that_moving_does_not_cure_is_met_with_pauses_and_not_with_a_storm()
    {
        Script(4, (http, _) => FarEnd.ProblemAsync(http, 409, "\"expected\":\"7\""));
        await AppendAsync(2);
        await StartAsync();
        await DeliveredAsync(2);
        var at = _farEnd.Tries.Select(t => t.At.TotalSeconds).ToArray();
        Assert.InRange(at[4] - at[1], 0.1 + 0.2 + 0.4, 20);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_wrong_token_is_said_in_words_and_tried_on(int status)
    {
        Script(2, (http, _) => FarEnd.ProblemAsync(http, status, "\"detail\":\"who are you\""));
        await AppendAsync(1);
        await StartAsync();
        await Eventually.Holds(() => _status.Now.Detail?.Contains($"{status}", StringComparison.Ordinal) == true, "said");
        await DeliveredAsync(1);
    }

    [Fact]
    public async Task Cut_in_the_middle_of_the_answer_the_same_events_are_sent_again_and_are_there_once()
    {
        Script(2, async (http, events) =>
        {
            var receipt = _farEnd.Take(events);
            http.Response.ContentLength = receipt.Length;
            await http.Response.WriteAsync(receipt[..^10]);
            await http.Response.Body.FlushAsync();
            http.Abort();
        });
        await AppendAsync(6);
        await StartAsync();
        await DeliveredAsync(6);
        var tries = _farEnd.Tries.ToArray();
        Assert.Equal(3, tries.Length);
        Assert.Equal(tries[0].Ids, tries[1].Ids);
        Assert.Equal(tries[0].Ids, tries[2].Ids);
        Assert.Equal(6, _farEnd.Taken.Count);
    }

    [Fact]
    public async Task A_duty_room_that_does_not_answer_within_ten_seconds_has_not_answered()
    {
        await _farEnd.StartAsync();
        var hang = new TaskCompletionSource();
        _farEnd.OnEvents = async (_, _) =>
        {
            await hang.Task;
            return false;
        };
        var clock = new TestClock();
        using var client = new DutyRoomClient(_farEnd.Address, FarEnd.Token, "fukang-garden", clock);
        await AppendAsync(1);
        var sending = client.SendAsync(_store.ReadWaiting(1), CancellationToken.None);
        await Eventually.Holds(() => _farEnd.Tries.Count == 1, "it has come");
        clock.Advance(9.9);
        Assert.False(sending.IsCompleted);
        clock.Advance(0.2);
        var answer = await sending;
        Assert.Equal(HandoverReason.Unreachable, answer.Reason);
        Assert.Contains("10 s", answer.Detail, StringComparison.Ordinal);
        hang.SetResult();
    }

    [Fact]
    public async Task Events_that_the_disk_refuses_reach_the_duty_room_all_the_same()
    {
        await StartAsync();
        await DeliveredAsync(0);
        Execute("ALTER TABLE event RENAME TO away");
        Assert.False(await _journal.AppendAsync(Estate.Entry(Estate.AlarmEvent()), CancellationToken.None));
        await DeliveredAsync(1);
        Execute("ALTER TABLE away RENAME TO event");
        await Eventually.Holds(() => !_journal.IsBehind, "the journal caught up");
        Assert.Equal((0L, 1L), (_store.CountWaiting(), _store.LastSequence()));
    }

    /// <summary>Answers the next so many batches in a way of its own; then the far end is itself again.</summary>
    private void Script(int times, Func<HttpContext, System.Text.Json.JsonElement[], Task> answer)
    {
        _answered = 0;
        _farEnd.OnEvents = async (http, events) =>
        {
            if (Interlocked.Increment(ref _answered) > times)
            {
                return false;
            }

            await answer(http, events);
            return true;
        };
    }

    private async Task StartAsync(Uri? address = null, bool listen = true)
    {
        if (listen)
        {
            await _farEnd.StartAsync();
        }

        _client = new DutyRoomClient(address ?? _farEnd.Address, FarEnd.Token, "fukang-garden", TimeProvider.System);
        var outputs = new PathOutputs(
            async (events, stop) => await _journal.RefuseAsync(events, stop),
            async (expected, stop) => await _journal.RenumberAsync(expected, stop),
            (reason, _, _, _) =>
            {
                _troubles.Enqueue(reason);
                return ValueTask.CompletedTask;
            });
        _path = new PathLoop(_journal.Outbox.Read(), _client, _status, outputs, TimeProvider.System, NullLogger<PathLoop>.Instance);
        await _path.StartAsync(CancellationToken.None);
    }

    private Task DeliveredAsync(int count) => Eventually.Holds(
        () => _farEnd.Taken.Count >= count && _journal.Outbox.Waiting == 0, $"{count} events delivered", seconds: 30);

    private async Task AppendAsync(int count, Func<int, bool>? alarm = null)
    {
        var events = Enumerable.Range(0, count).Select(i => (alarm?.Invoke(i) ?? i % 2 == 0) ? Estate.AlarmEvent() : Estate.OtherEvent());
        Assert.True(await _journal.AppendAsync(Estate.Entry([.. events]), CancellationToken.None));
    }

    private void Execute(string sql)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_folder.File("journal.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the texts are this test's own
        command.CommandText = "PRAGMA busy_timeout = 5000; " + sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
