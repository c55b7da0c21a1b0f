using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Troubles;

/// <summary>One cause, one line: who cannot be heard because something else is down says nothing by its silence.</summary>
public sealed partial class HealthBook
{
    // The devices that others depend on; few.
    private IReadOnlyList<Device> _bearing;

    private static IReadOnlyList<Device> Bearing(Courtyard courtyard)
    {
        var needed = courtyard.Devices.SelectMany(d => d.DependsOn).ToHashSet(StringComparer.Ordinal);
        return needed.Count == 0 ? [] : [.. courtyard.Devices.Where(d => needed.Contains(d.Id))];
    }

    /// <summary>What makes a device useless to those that depend on it.</summary>
    private static bool IsLoss(TroubleReason reason) => reason is TroubleReason.Silent or TroubleReason.Fault;

    private void SetBlind(Moment now)
    {
        var down = _own.Keys.Select(o => o.Part).ToHashSet(StringComparer.Ordinal);
        var lost = Lost(down!);
        foreach (var (device, state) in _states)
        {
            var was = state.IsBlind;
            state.IsBlind = device.Source.DependsOn.Any(down.Contains) || device.DependsOn.Any(lost.Contains);
            if (was && !state.IsBlind)
            {
                // Nobody could hear it meanwhile: it gets its whole time again before its silence says anything.
                state.ListeningSince = now.Uptime;
            }
        }
    }

    /// <summary>Ids of the devices that are lost to those that depend on them; what depends on a lost one is lost too.</summary>
    private HashSet<string> Lost(HashSet<string> down)
    {
        var lost = _bearing.Where(d => _states[d].Troubles.Keys.Any(IsLoss) || d.Source.DependsOn.Any(down.Contains))
            .Select(d => d.Id).ToHashSet(StringComparer.Ordinal);
        while (_bearing.FirstOrDefault(d => !lost.Contains(d.Id) && d.DependsOn.Any(lost.Contains)) is { } next)
        {
            lost.Add(next.Id);
        }

        return lost;
    }
}
