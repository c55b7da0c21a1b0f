namespace SmartCourtyard.Gateway.Devices.Modbus;

/// <summary>What is known about how one slave answers; decides how long to wait for it and how soon to ask again.</summary>
internal sealed class ModbusSlave(int unit, TimeSpan timeout)
{
    public const int DeadAfter = 3;

    private const int FullTimeoutEach = 4;
    private static readonly TimeSpan ShortTimeout = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private TimeSpan _slowest;

    public int Unit { get; } = unit;

    /// <summary>Questions in a row that nobody answered.</summary>
    public int Failures { get; private set; }

    public bool IsDead => Failures >= DeadAfter;

    /// <summary>How long the slave has taken lately for one answer.</summary>
    public TimeSpan Expected => Failures > 0 ? Timeout : _slowest;

    /// <summary>
    /// How long to wait for the next answer. A slave that does not answer must not hold the line for as long as one that might be
    /// slow, so most questions to it are short; now and then one gets the whole time.
    /// </summary>
    public TimeSpan Timeout
    {
        get
        {
            if (Failures == 0 || Failures % FullTimeoutEach == FullTimeoutEach - 1)
            {
                return timeout;
            }

            var usual = (_slowest * 3) + Margin;
            return Min(timeout, usual > ShortTimeout ? usual : ShortTimeout);
        }
    }

    public void Answered(TimeSpan after)
    {
        Failures = 0;
        var decayed = _slowest * 0.8;
        _slowest = after > decayed ? after : decayed;
    }

    /// <summary>Nobody answered; gives the pause before the next question.</summary>
    /// <param name="random">0 up to 1, so that dead slaves do not march in step.</param>
    public TimeSpan Failed(TimeSpan interval, double random)
    {
        Failures++;
        var pause = Min(LongestPause, FirstPause * Math.Pow(2, Math.Min(Failures - 1, 10)));
        pause *= 0.75 + (random / 2);
        return pause > interval ? pause : interval;
    }

    /// <summary>The line brings answers again: what this slave did not say while it did not was no proof against it, so it gets one more question.</summary>
    public void LineReturned() => Failures = Math.Min(Failures, DeadAfter - 1);

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
