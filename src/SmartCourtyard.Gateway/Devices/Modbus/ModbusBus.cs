using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Modbus;

/// <summary>What a bus hands its findings to.</summary>
/// <param name="Hear">Takes readings.</param>
/// <param name="Trouble">Takes news about the bus itself: whether it is lost, and why.</param>
internal sealed record ModbusOutputs(
    Func<HeardBatch, CancellationToken, ValueTask<bool>> Hear, Func<bool, string?, CancellationToken, ValueTask> Trouble)
{
    /// <summary>Takes news about actuators.</summary>
    public ActuatorNews Actuators { get; init; } = new();
}

/// <summary>
/// Asks the slaves of one bus, each at its interval, for ever. Decides here, waits for answers on a thread of its own. A bus that
/// nobody answers on is one trouble of the bus; a slave that does not answer is its devices' own.
/// </summary>
internal sealed partial class ModbusBus : BackgroundService
{
    private const int SilentUntilReopened = 4;
    private const string Open = "open";

    // A converter that is restarted is back within seconds; only what lasts is a trouble.
    private static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan NoiseDies = TimeSpan.FromMilliseconds(50);

    private readonly ModbusLine _line;
    private readonly IReadOnlyList<SlavePoll> _polls;
    private readonly IReadOnlyList<ModbusSlave> _slaves;
    private readonly BusOrders _orders;
    private readonly HeardElsewhere _elsewhere;
    private readonly ModbusOutputs _outputs;
    private readonly TimeProvider _time;
    private readonly ILogger<ModbusBus> _logger;
    private readonly TimeSpan _lostAfter;
    private readonly long _start;

    // Made when the bus starts: what is only planned holds nothing.
    private BusThread _thread = null!;

    // Changed on the bus's thread only, so that a bus that is stopped meanwhile still closes what it has opened.
    private ModbusLink? _link;
    private TimeSpan _answeredAt;
    private int _openFailures;
    private int _silentInRow;
    private string? _lost;
    private bool _told;
    private string? _said;

    public ModbusBus(
        ModbusLine line, IReadOnlyList<SlavePoll> polls, HeardElsewhere elsewhere, ModbusOutputs outputs, TimeProvider time, ILogger<ModbusBus> logger,
        TimeSpan? lostAfter = null)
    {
        (_line, _polls, _elsewhere, _outputs, _time, _logger) = (line, polls, elsewhere, outputs, time, logger);
        _slaves = [.. polls.Select(p => p.Slave).Distinct()];
        _orders = new BusOrders(Outputs);
        _lostAfter = lostAfter ?? LostAfter;
        _start = time.GetTimestamp();
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _thread = new BusThread(_line.Part);
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                if (_link is not null || await OpenAsync(stoppingToken).ConfigureAwait(false))
                {
                    await AskNextAsync(stoppingToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The gateway stops.
        }
        finally
        {
            _orders.Close("the gateway begins to speak with its bus anew");
            // An answer that is still awaited is waited for by the thread, not by the one who stops us.
            _thread.End(() => _link?.Close());
        }
    }

    private async Task<bool> OpenAsync(CancellationToken stop)
    {
        var problem = await _thread.RunAsync(
            () =>
            {
                (_link, var why) = ModbusLink.Open(_line);
                return why;
            },
            stop).ConfigureAwait(false);
        if (_link is not null)
        {
            _silentInRow = 0;
            if (_said != Open)
            {
                _said = Open;
                LogOpen(_line.Name);
            }

            if (_openFailures > 0)
            {
                // What could not be told while the line was gone can be now.
                Outputs.ToList().ForEach(o => _outputs.Actuators.Returned(o.Device.Id));
            }

            return true;
        }

        if (problem != _said)
        {
            _said = problem;
            LogCannotOpen(problem);
        }

        _openFailures++;
        _orders.FailAll(problem!);
        await BlameLineAsync(problem, stop).ConfigureAwait(false);
        // An order is worth another try at once.
        await _orders.WaitAsync(Pause(_openFailures), _time, stop).ConfigureAwait(false);
        return false;
    }

    private static TimeSpan Pause(int failures)
    {
        var ceiling = Math.Min(LongestPause.TotalMilliseconds, 200 * Math.Pow(2, Math.Min(failures - 1, 20)));
        return TimeSpan.FromMilliseconds(ceiling * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    private async Task AskNextAsync(CancellationToken stop)
    {
        await CarryOrdersAsync(stop).ConfigureAwait(false);
        var now = Now;
        var (poll, at) = SlavePoll.Next(_polls, now);
        if (_link is null || at > now)
        {
            await _orders.WaitAsync(_link is null ? TimeSpan.Zero : at - now, _time, stop).ConfigureAwait(false);
            return;
        }

        var outcome = await AskAsync(poll, stop).ConfigureAwait(false);
        if (outcome == ReadOutcome.LineLost)
        {
            await CloseAsync(stop).ConfigureAwait(false);
            await BlameLineAsync(_said, stop).ConfigureAwait(false);
            await _orders.WaitAsync(Pause(++_openFailures), _time, stop).ConfigureAwait(false);
            return;
        }

        await NoteAsync(poll, outcome, stop).ConfigureAwait(false);
        await TellAsync(poll, stop).ConfigureAwait(false);
    }

    /// <summary>All questions of one poll; the first that nobody answers ends it.</summary>
    private async Task<ReadOutcome> AskAsync(SlavePoll poll, CancellationToken stop)
    {
        // To a slave that may be dead goes one question; if it answers, all of them.
        var questions = new Queue<ReadGroup>(poll.Groups);
        var outcome = ReadOutcome.Silent;
        poll.Devices.ToList().ForEach(d => d.Output?.Forget());
        while (questions.TryDequeue(out var group))
        {
            await CarryOrdersAsync(stop).ConfigureAwait(false);
            if (_link is null)
            {
                return ReadOutcome.LineLost;
            }

            var began = Now;
            var answer = await ReadAsync(poll.Slave, group, stop).ConfigureAwait(false);
            outcome = answer.Outcome;
            if (outcome is ReadOutcome.Read or ReadOutcome.Refused)
            {
                poll.Slave.Answered(Now - began);
            }

            if (outcome == ReadOutcome.Read)
            {
                Decode(poll, group);
            }
            else if (answer.IsTooMuch && group.Singly().Skip(1).Any())
            {
                LogSplit(_line.Name, poll.Slave.Unit, PolledPoint.Word(group.Table), group.Address, group.Count);
                poll.Split(group).ToList().ForEach(questions.Enqueue);
            }
            else
            {
                NoteProblems(poll, group, answer);
                if (outcome != ReadOutcome.Refused)
                {
                    return outcome;
                }
            }
        }

        return outcome;
    }

    private Task<ReadAnswer> ReadAsync(ModbusSlave slave, ReadGroup group, CancellationToken stop)
        => AskAsync(link => link.Read(group.Table, slave.Unit, group.Address, group.Count, slave.Timeout), false, stop);

    /// <param name="reopen">Whether it is asked again by a new connection where the old one is found to be gone.</param>
    private async Task<ReadAnswer> AskAsync(Func<ModbusLink, ReadAnswer> question, bool reopen, CancellationToken stop)
    {
        var answer = await AskOnceAsync(question, stop).ConfigureAwait(false);
        if (answer.Outcome != ReadOutcome.Garbled && !(reopen && answer.Outcome == ReadOutcome.LineLost))
        {
            return answer;
        }

        // Most likely a late answer to an earlier question. A serial line is drained of it; a connection may hold more of them and
        // no end can be seen, so it is made anew.
        await Task.Delay(answer.Outcome == ReadOutcome.Garbled ? NoiseDies : TimeSpan.Zero, _time, stop).ConfigureAwait(false);
        if (_line is ModbusTcp || answer.Outcome == ReadOutcome.LineLost)
        {
            await CloseAsync(stop).ConfigureAwait(false);
            if (!await OpenAsync(stop).ConfigureAwait(false))
            {
                return answer with { Outcome = ReadOutcome.LineLost };
            }
        }
        else
        {
            _link!.Drain();
        }

        return await AskOnceAsync(question, stop).ConfigureAwait(false);
    }

    private Task<ReadAnswer> AskOnceAsync(Func<ModbusLink, ReadAnswer> question, CancellationToken stop)
    {
        var link = _link!;
        return _thread.RunAsync(() => question(link), stop);
    }

    private void Decode(SlavePoll poll, ReadGroup group)
    {
        var values = _link!.Values.AsSpan(0, group.Count);
        foreach (var point in group.Points)
        {
            var value = point.Value(values.Slice(point.At.Address - group.Address, point.At.Width), out var problem);
            if (value is { } known)
            {
                poll.Of(point).Take(point, known);
            }
            else if (problem is not null)
            {
                NoteProblem(poll, point, problem);
            }
        }
    }

    private void NoteProblems(SlavePoll poll, ReadGroup group, ReadAnswer answer)
    {
        if (answer.Outcome == ReadOutcome.LineLost)
        {
            _said = $"{_line.Name}: {answer.Reason}";
            return;
        }

        foreach (var point in group.Points.Where(_ => answer.Outcome != ReadOutcome.Silent || answer.Exception != 0))
        {
            NoteProblem(poll, point, $"{point.Where}: {answer.Reason}");
        }
    }

    private void NoteProblem(SlavePoll poll, PolledPoint point, string problem)
    {
        if (poll.Of(point).Note(point, problem))
        {
            _elsewhere.NoteUndecodable($"modbus {_line.Name} unit {poll.Slave.Unit}", point.Device.Id, problem, default, _time.GetUtcNow());
        }
    }

    /// <summary>Plans the next question to this slave and sees whether it, or the line, has gone or has come back.</summary>
    private async Task NoteAsync(SlavePoll poll, ReadOutcome outcome, CancellationToken stop)
    {
        if (outcome is ReadOutcome.Read or ReadOutcome.Refused)
        {
            _openFailures = 0;
            _silentInRow = 0;
            _answeredAt = Now;
            poll.AskInStep(Now);
            if (_lost is not null)
            {
                AskOthersSoon(poll);
            }

            await SetLostAsync(null, stop).ConfigureAwait(false);
            return;
        }

        poll.AskAgainAfter(poll.PauseAfterFailure(Random.Shared.NextDouble()), Now);
        if (poll.Slave.Failures == ModbusSlave.DeadAfter)
        {
            LogSilent(_line.Name, poll.Slave.Unit);
        }

        if (++_silentInRow >= SilentUntilReopened && _slaves.All(s => s.Failures > 0))
        {
            // The far end may have forgotten this connection without a word.
            await CloseAsync(stop).ConfigureAwait(false);
        }

        if (_slaves.All(s => s.IsDead))
        {
            // Where only one hangs on the line, it and not the line is to blame.
            await SetLostAsync(_slaves.Count > 1 ? $"{_line.Name}: none of its {_slaves.Count} units answers" : null, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Nothing was told of the others while the line was to blame; whether they are there must be known now, not after a minute.</summary>
    private void AskOthersSoon(SlavePoll answered)
    {
        foreach (var poll in _polls.Where(p => p.Slave.Failures > 0 && p != answered))
        {
            poll.Slave.LineReturned();
            poll.AskAgainAfter(TimeSpan.Zero, Now);
        }
    }

    private async Task TellAsync(SlavePoll poll, CancellationToken stop)
    {
        var batch = new HeardBatch();
        var now = _time.GetUtcNow();
        foreach (var device in poll.Devices)
        {
            var isBack = device.EndRound(batch.Open, now, Now, blameLine: _lost is not null);
            batch.EndMessage(0, redelivered: false);
            TellActuator(device, isBack);
        }

        await _outputs.Hear(batch, stop).ConfigureAwait(false);
    }

    private async Task BlameLineAsync(string? problem, CancellationToken stop)
    {
        if (Now - _answeredAt > _lostAfter)
        {
            await SetLostAsync(problem ?? $"{_line.Name}: lost", stop).ConfigureAwait(false);
        }
    }

    private async Task SetLostAsync(string? problem, CancellationToken stop)
    {
        if (_told && problem is null == _lost is null)
        {
            return;
        }

        // The first news is told in any case: those who asked this bus before may have left it lost.
        (_told, _lost) = (true, problem);
        await _outputs.Trouble(problem is not null, problem, stop).ConfigureAwait(false);
    }

    private async Task CloseAsync(CancellationToken stop)
    {
        await _thread.RunAsync(
            () =>
            {
                _link?.Close();
                _link = null;
                return true;
            },
            stop).ConfigureAwait(false);
    }

    [LoggerMessage(LogLevel.Information, "Modbus bus open: {Line}")]
    private partial void LogOpen(string line);

    [LoggerMessage(LogLevel.Error, "Modbus: {Problem}")]
    private partial void LogCannotOpen(string? problem);

    [LoggerMessage(LogLevel.Warning, "Modbus {Line}: unit {Unit} does not answer")]
    private partial void LogSilent(string line, int unit);

    [LoggerMessage(LogLevel.Information, "Modbus {Line}: unit {Unit} does not give {Table} {Address} with {Count} together; its points are read singly")]
    private partial void LogSplit(string line, int unit, string table, int address, int count);
}
