namespace SmartCourtyard.Troubles;

/// <summary>How many devices are in which state, and how many have which trouble; a picture of one moment.</summary>
public sealed class HealthCount
{
    private readonly int[] _states = new int[Enum.GetValues<HealthState>().Length];
    private readonly int[] _reasons = new int[Enum.GetValues<TroubleReason>().Length];

    /// <summary>Counts devices.</summary>
    public HealthCount(IEnumerable<DeviceHealth> devices)
    {
        foreach (var health in devices)
        {
            _states[(int)health.State]++;
            foreach (var reason in health.Reasons)
            {
                _reasons[(int)reason]++;
            }
        }
    }

    /// <summary>How many devices are in a state.</summary>
    public int In(HealthState state) => _states[(int)state];

    /// <summary>How many devices have a trouble.</summary>
    public int With(TroubleReason reason) => _reasons[(int)reason];
}
