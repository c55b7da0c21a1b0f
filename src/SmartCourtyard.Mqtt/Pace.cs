namespace SmartCourtyard.Mqtt;

/// <summary>
/// Decides when to let bytes gather before the next read. A system call for each message costs more than the message; a lone message must not wait.
/// So a nap follows only after reads that came back to back, and the naps end when they stop bringing more than a plain read did.
/// </summary>
internal sealed class ReadGather
{
    internal static readonly TimeSpan Nap = TimeSpan.FromMilliseconds(1);
    internal static readonly TimeSpan BackToBack = TimeSpan.FromMilliseconds(8);
    internal const int Reads = 16;
    private const int FullReadBytes = 8 * 1024;
    private TimeSpan _since;
    private int _reads;
    private int _bytes;
    private int _usualBytes;
    private bool _gathering;

    /// <summary>Whether to nap before the next read.</summary>
    internal bool AfterRead(int bytes, TimeSpan now)
    {
        if (_gathering)
        {
            _gathering = bytes >= 2 * _usualBytes;
            return _gathering;
        }

        if (_reads == 0)
        {
            _since = now;
        }

        _bytes += bytes;
        if (++_reads < Reads)
        {
            return false;
        }

        _usualBytes = _bytes / _reads;
        _gathering = now - _since <= BackToBack && _usualBytes < FullReadBytes;
        (_reads, _bytes) = (0, 0);
        return _gathering;
    }
}

/// <summary>Decides how long to wait before the next attempt to connect.</summary>
internal sealed class ReconnectBackoff(TimeSpan min, TimeSpan max)
{
    private int _failures;

    /// <summary>Doubles from attempt to attempt and spreads evenly down to the shortest wait; a connection that held for ten shortest waits starts anew.</summary>
    /// <param name="reason">Why there is no connection. Being pushed out by a namesake waits longest at once, or the two would chase each other.</param>
    /// <param name="connectedFor">How long the last connection held; zero if there was none.</param>
    /// <param name="random">0 to 1.</param>
    internal TimeSpan Next(MqttReason reason, TimeSpan connectedFor, double random)
    {
        if (reason == MqttReason.SessionTakenOver)
        {
            return max / 2 + max / 2 * random;
        }

        _failures = connectedFor >= 10 * min ? 1 : Math.Min(_failures + 1, 30);
        TimeSpan ceiling = TimeSpan.FromTicks((long)Math.Min(max.Ticks, min.Ticks * Math.Pow(2, _failures)));
        return min + (ceiling - min) * random;
    }
}

/// <summary>
/// Decides when to ping and when the peer is dead, once a tick. It counts ticks and not time: a process that was itself suspended finds one silent tick, not a dead peer.
/// </summary>
internal sealed class KeepAliveWatch
{
    internal const int TicksInKeepAlive = 8;
    private const int TicksBetweenPings = TicksInKeepAlive / 2;
    private const int SilentTicksOfTheDead = TicksInKeepAlive * 5 / 4;
    private int _ticks;
    private int _silentTicks;

    /// <param name="heardOrNotListening">Whether bytes came since the last tick, or nobody was reading, which is not the peer's fault.</param>
    internal (bool Ping, bool Dead) Tick(bool heardOrNotListening)
    {
        _silentTicks = heardOrNotListening ? 0 : _silentTicks + 1;
        return (++_ticks % TicksBetweenPings == 0, _silentTicks >= SilentTicksOfTheDead);
    }
}
