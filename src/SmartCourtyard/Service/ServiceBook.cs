using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Service;

/// <summary>
/// What is out of service, shelved, under test or in a drill. Everything ends by itself, nothing hides an alarm about a life, and an
/// order reaches no further than its scope. Pure, on the monotonic clock.
/// </summary>
public sealed class ServiceBook
{
    /// <summary>The longest time for which a device that guards lives may be out of service, and any alarm be shelved: one shift.</summary>
    public static readonly TimeSpan Shift = TimeSpan.FromHours(8);

    /// <summary>The longest time for any other device.</summary>
    public static readonly TimeSpan Repair = TimeSpan.FromDays(30);

    /// <summary>The longest test or drill.</summary>
    public static readonly TimeSpan Exercise = TimeSpan.FromHours(4);

    private readonly Dictionary<string, (ServiceOrder Order, TimeSpan End)> _orders = new(StringComparer.Ordinal);

    /// <summary>The orders in force, the oldest first.</summary>
    public IEnumerable<ServiceOrder> Orders => _orders.Values.OrderBy(o => o.Order.Id, StringComparer.Ordinal).Select(o => o.Order);

    /// <summary>When the next one ends, on the monotonic clock; null while none is in force.</summary>
    public TimeSpan? Due => _orders.Count == 0 ? null : _orders.Values.Min(o => o.End);

    /// <summary>Takes back what another run of the gateway was told; what has ended meanwhile by the clock on the wall is left out.</summary>
    public void Restore(IEnumerable<ServiceOrder> orders, Moment now)
    {
        foreach (var order in orders)
        {
            // A clock that is wrong must not make it longer than it was meant.
            var left = order.Until - now.Time;
            left = left <= order.Until - order.Since ? left : order.Until - order.Since;
            if (left > TimeSpan.Zero)
            {
                _orders[order.Id] = (order, now.Uptime + left);
            }
        }
    }

    /// <summary>Begins an order.</summary>
    /// <param name="order">What is said; its time is <c>Until</c> less <c>Since</c>.</param>
    /// <param name="courtyard">Where.</param>
    /// <param name="now">Now.</param>
    /// <returns>Why it cannot be, as one plain sentence; null when it is in force.</returns>
    public string? Begin(ServiceOrder order, Courtyard courtyard, Moment now)
    {
        var refused = Refusal(order, courtyard);
        if (refused is null)
        {
            _orders[order.Id] = (order, now.Uptime + (order.Until - order.Since));
        }

        return refused;
    }

    /// <summary>Ends an order before its time.</summary>
    /// <returns>The order; null where none of that id is in force.</returns>
    public ServiceOrder? End(string id) => _orders.Remove(id, out var ended) ? ended.Order : null;

    /// <summary>Ends what has lasted its time.</summary>
    /// <returns>The orders that ended.</returns>
    public IReadOnlyList<ServiceOrder> Pass(Moment now)
    {
        if (!(Due <= now.Uptime))
        {
            return [];
        }

        var ended = _orders.Values.Where(o => o.End <= now.Uptime).OrderBy(o => o.End).Select(o => o.Order).ToList();
        ended.ForEach(o => _orders.Remove(o.Id));
        return ended;
    }

    /// <summary>What the orders in force mean for an alarm of a device.</summary>
    public Treatment Of(Device device, AlarmKind kind)
    {
        var treatment = default(Treatment);
        foreach (var (order, _) in _orders.Values)
        {
            if (order.Scope.Covers(device.Id, device.At))
            {
                treatment = order.Kind switch
                {
                    ServiceKind.OutOfService => treatment with { IsHidden = treatment.IsHidden || kind.Severity() != Severity.Life },
                    ServiceKind.Shelved => treatment with { IsHidden = treatment.IsHidden || (order.Shelves == kind && kind.Severity() != Severity.Life) },
                    ServiceKind.Test => treatment with { IsTest = true },
                    _ => treatment with { IsDrill = true },
                };
            }
        }

        return treatment;
    }

    private static string? Refusal(ServiceOrder order, Courtyard courtyard)
    {
        var scope = order.Scope;
        var device = courtyard.Devices.FirstOrDefault(d => d.Id == scope.Device);
        var building = courtyard.Buildings.FirstOrDefault(b => b.Id == scope.Building);
        if (string.IsNullOrWhiteSpace(order.Reason) || string.IsNullOrWhiteSpace(order.By))
        {
            return "a reason and a name are needed";
        }

        if (scope.Device is not null && device is null)
        {
            return $"there is no device '{scope.Device}'";
        }

        if (scope.Building is not null && building is null)
        {
            return $"there is no building '{scope.Building}'";
        }

        if (scope.Unit is { } unit && (building is null || unit < 1 || unit > building.Units))
        {
            return building is null ? "a unit needs its building" : $"building '{building.Id}' has units 1 to {building.Units}";
        }

        return RefusalOf(order, device) ?? RefusalOf(order.Until - order.Since, LongestOf(order, device));
    }

    private static string? RefusalOf(ServiceOrder order, Device? device) => (order.Kind, order) switch
    {
        (ServiceKind.OutOfService, _) when device is null => "only a device can be out of service",
        (ServiceKind.Shelved, _) when device is null || order.Shelves is null => "only one alarm of one device can be shelved",
        (ServiceKind.Shelved, { Shelves: { } kind }) when kind.Severity() == Severity.Life => "an alarm about a life cannot be shelved",
        (ServiceKind.Test, { Scope: { Device: null, Building: null } }) => "a test needs a device, a unit or a building: the whole estate exercises in a drill",
        (ServiceKind.Drill, _) when order.Scope != new ServiceScope() => "a drill is for the whole estate",
        _ => null,
    };

    private static string? RefusalOf(TimeSpan lasts, TimeSpan longest) => lasts switch
    {
        _ when lasts < TimeSpan.FromMinutes(1) => "it must last a minute or more",
        _ when lasts > longest => $"it may last {(longest.TotalDays >= 1 ? $"{longest.TotalDays} days" : $"{longest.TotalHours} hours")} at most",
        _ => null,
    };

    private static TimeSpan LongestOf(ServiceOrder order, Device? device) => order.Kind switch
    {
        ServiceKind.OutOfService when device is { Class: var c } && !GuardsLives(c) => Repair,
        ServiceKind.OutOfService or ServiceKind.Shelved => Shift,
        _ => Exercise,
    };

    /// <summary>Whether devices of a class are there for lives.</summary>
    public static bool GuardsLives(DeviceClass deviceClass) => deviceClass is DeviceClass.SmokeDetector or DeviceClass.HeatDetector
        or DeviceClass.GasDetector or DeviceClass.CoDetector or DeviceClass.EmergencyButton or DeviceClass.FallDetector or DeviceClass.Siren
        or DeviceClass.GasValve;
}
