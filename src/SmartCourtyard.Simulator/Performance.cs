using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Simulator;

/// <summary>Plays a <see cref="Play"/> on the real broker at the pace of the clock.</summary>
internal sealed class Performance(SimulatorOptions options, Play play, TimeProvider time, TextWriter log)
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(15);

    private readonly Lock _one = new();
    private readonly long _began = time.GetTimestamp();
    private readonly Queue<Publication> _answers = new();

    /// <summary>Plays until there is nothing left or somebody stops it; 0 when all went well.</summary>
    public async Task<int> RunAsync(bool asBridge, CancellationToken stop)
    {
        play.SceneBegins += scene => log.WriteLine($"{time.GetLocalNow():HH:mm:ss} {scene}");
        await using var link = new EstateLink(options, asBridge ? play.CommandTopics() : [], asBridge, ReceiveAsync, time);
        try
        {
            if (!await link.ConnectedWithinAsync(ConnectLimit, stop) && !asBridge)
            {
                await log.WriteLineAsync($"no connection to {options.Host}:{options.Port}: {link.Trouble}");
                return 1;
            }

            await PlayAsync(link, asBridge, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            if (asBridge && link.Trouble is null && link.Connections > 0)
            {
                var bye = new Publication("zigbee2mqtt/bridge/state", """{"state":"offline"}"""u8.ToArray(), AtLeastOnce: false, Retain: true);
                await link.SendAsync(bye, CancellationToken.None);
            }
        }

        return 0;
    }

    private TimeSpan Now() => time.GetElapsedTime(_began);

    private async Task PlayAsync(EstateLink link, bool asBridge, CancellationToken stop)
    {
        var born = 0;
        while (Next() is { } next)
        {
            if (asBridge && link.Connections is var connections && connections != born)
            {
                born = connections;
                await SendAllAsync(link, Locked(() => play.Birth().ToList()), stop);
            }

            await SendAllAsync(link, Locked(DrainAnswers), stop);
            var wait = next - Now();
            if (wait > TimeSpan.Zero)
            {
                // Short naps, so that a command is answered and a new connection greeted soon.
                await Task.Delay(wait < TimeSpan.FromMilliseconds(100) ? wait : TimeSpan.FromMilliseconds(100), time, stop);
                continue;
            }

            await SendAllAsync(link, Locked(play.Take), stop);
        }
    }

    private TimeSpan? Next()
    {
        lock (_one)
        {
            return play.Next();
        }
    }

    private T Locked<T>(Func<T> work)
    {
        lock (_one)
        {
            return work();
        }
    }

    private List<Publication> DrainAnswers()
    {
        List<Publication> answers = [.. _answers];
        _answers.Clear();
        return answers;
    }

    private static async Task SendAllAsync(EstateLink link, IEnumerable<Publication> publications, CancellationToken stop)
    {
        foreach (var publication in publications)
        {
            await link.SendAsync(publication, stop);
        }
    }

    private ValueTask<bool> ReceiveAsync(ReadOnlyMemory<MqttMessage> messages, CancellationToken stop)
    {
        lock (_one)
        {
            foreach (var message in messages.Span)
            {
                if (!message.Retain && _answers.Count < 1000 && play.Command(message.Topic, message.Payload.Span, Now()) is { } answer)
                {
                    log.WriteLine($"{time.GetLocalNow():HH:mm:ss} told: {message.Topic}");
                    _answers.Enqueue(answer);
                }
            }
        }

        return ValueTask.FromResult(true);
    }
}
