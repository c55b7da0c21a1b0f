using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Health;

/// <summary>Looks after the gateway's own computer, and makes troubles of what is wrong with it.</summary>
/// <param name="machine">What judges it.</param>
/// <param name="tell">Begins or ends a trouble of one part, with its sentence.</param>
internal sealed class MachineWatch(
    MachineHealth machine, Func<TroubleReason, string, bool, string?, CancellationToken, ValueTask> tell, TimeProvider time) : BackgroundService
{
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    // A site file that is read again forgets troubles of parts that it does not know.
    private const int LooksToRepeat = 6;

    private readonly Dictionary<(TroubleReason, string), (bool Stands, int Looks)> _told = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        do
        {
            foreach (var finding in machine.Look())
            {
                await TellAsync(finding, stoppingToken).ConfigureAwait(false);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    private async ValueTask TellAsync(MachineFinding finding, CancellationToken stop)
    {
        var key = (finding.Reason, finding.Part);
        var (stood, looks) = _told.GetValueOrDefault(key);
        var repeats = finding.Stands && looks + 1 >= LooksToRepeat;
        _told[key] = (finding.Stands, repeats || finding.Stands != stood ? 0 : looks + 1);
        if (finding.Stands != stood || repeats)
        {
            await tell(finding.Reason, finding.Part, finding.Stands, finding.Detail, stop).ConfigureAwait(false);
        }
    }
}
