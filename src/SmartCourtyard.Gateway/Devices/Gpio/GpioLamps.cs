using System.Threading.Channels;
using SmartCourtyard.Effects;

namespace SmartCourtyard.Gateway.Devices.Gpio;

/// <summary>Lamps at GPIO lines: they tell their sign by how they blink, so that one lamp without colours says three things.</summary>
internal sealed class GpioLamps(Func<string, bool, OutputResult> set, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (LampSign Sign, long Since, bool Lit)> _blinking = new(StringComparer.Ordinal);

    /// <summary>Shows a sign from now on; the lamp is lit at once.</summary>
    public OutputResult Show(string deviceId, LampSign sign)
    {
        lock (_gate)
        {
            if (Period(sign) is null)
            {
                _blinking.Remove(deviceId);
            }
            else
            {
                _blinking[deviceId] = (sign, time.GetTimestamp(), true);
                _news.Writer.TryWrite(true);
            }

            return set(deviceId, sign != LampSign.Off);
        }
    }

    /// <summary>Whether a lamp is lit, so long after it began to show its sign.</summary>
    public static bool IsLit(LampSign sign, TimeSpan since) => Period(sign) is { } blink ? since.Ticks % blink.Whole.Ticks < blink.Lit.Ticks : sign != LampSign.Off;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _news.Reader.WaitToReadAsync(stoppingToken).ConfigureAwait(false))
        {
            while (_news.Reader.TryRead(out _))
            {
            }

            await BlinkAsync(stoppingToken).ConfigureAwait(false);
        }
    }

    // Heard: a short flash each second. Somebody is coming: long on, short off. In between it is steady.
    private static (TimeSpan Whole, TimeSpan Lit)? Period(LampSign sign) => sign switch
    {
        LampSign.Heard => (TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(200)),
        LampSign.Coming => (TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(1_600)),
        _ => null,
    };

    private async Task BlinkAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Step, time);
        while (Turn() && await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
        }
    }

    private bool Turn()
    {
        lock (_gate)
        {
            foreach (var (device, lamp) in _blinking.ToList())
            {
                var lit = IsLit(lamp.Sign, time.GetElapsedTime(lamp.Since));
                if (lit != lamp.Lit)
                {
                    set(device, lit);
                    _blinking[device] = lamp with { Lit = lit };
                }
            }

            return _blinking.Count > 0;
        }
    }
}
