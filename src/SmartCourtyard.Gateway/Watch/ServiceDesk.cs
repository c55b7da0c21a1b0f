using System.Collections.Immutable;
using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Service;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Watch;

/// <summary>
/// Takes what people say of parts of the estate, within the loop: each order in force is a trouble for the duty room, and its end
/// makes the loop look again at what it covered.
/// </summary>
/// <param name="courtyard">Where.</param>
/// <param name="alarmChanges">Receives what is real after all.</param>
/// <param name="troubleChanges">Receives the orders that begin and end, and the faults that were held back.</param>
internal sealed class ServiceDesk(Courtyard courtyard, List<AlarmChange> alarmChanges, List<TroubleChange> troubleChanges)
{
    private readonly ServiceBook _book = new();
    private Courtyard _courtyard = courtyard;
    private ImmutableArray<ServiceOrder> _orders = [];

    /// <summary>The orders in force; a snapshot that others may read.</summary>
    public ImmutableArray<ServiceOrder> Orders => _orders;

    /// <summary>When the next one ends.</summary>
    public TimeSpan? Due => _book.Due;

    /// <summary>What they mean for an alarm of a device.</summary>
    public Treatment Of(Device device, AlarmKind kind) => _book.Of(device, kind);

    /// <summary>Takes back what another run of the gateway was told; what ended meanwhile, or is about nothing any more, is said to be over.</summary>
    public void Restore(IReadOnlyList<ServiceOrder> orders, HealthBook health, Moment now)
    {
        _book.Restore(orders, now);
        var standing = _book.Orders.Select(o => o.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var over in orders.Where(o => !standing.Contains(o.Id)))
        {
            Tell(over, raised: false);
        }

        Serve(_courtyard, health, now);
    }

    /// <summary>Goes on with another site file: what was said of devices, units or buildings that are gone ends.</summary>
    public void Serve(Courtyard courtyard, HealthBook health, Moment now)
    {
        _courtyard = courtyard;
        foreach (var order in _book.Orders.ToList())
        {
            if (!Exists(order.Scope))
            {
                _book.End(order.Id);
                Tell(order, raised: false);
            }
            else if (order is { Kind: ServiceKind.OutOfService, Scope.Device: { } device })
            {
                health.SetService(device, true, now, troubleChanges);
            }
        }

        _orders = [.. _book.Orders];
    }

    /// <summary>Begins or ends what somebody asks for.</summary>
    public ServiceAnswer Take(ServiceInput asked, AlarmBook alarms, HealthBook health, Moment now)
    {
        if (asked.Begins is { } request)
        {
            return Begin(asked.Id, request, health, now);
        }

        if (_book.End(asked.Id) is not { } ended)
        {
            return default;
        }

        Over(ended, alarms, health, now);
        return new ServiceAnswer(ended, null);
    }

    /// <summary>Ends what has lasted its time.</summary>
    public void Pass(AlarmBook alarms, HealthBook health, Moment now)
    {
        foreach (var ended in _book.Pass(now))
        {
            Over(ended, alarms, health, now);
        }
    }

    private ServiceAnswer Begin(string id, ServiceRequest request, HealthBook health, Moment now)
    {
        if (_orders.FirstOrDefault(o => o.Id == id) is { } standing)
        {
            // Asked twice, because the answer got lost: it does not last longer for it.
            return new ServiceAnswer(standing, null);
        }

        var refused = request.Read(id, now.Time, out var order) ?? _book.Begin(order!, _courtyard, now);
        if (refused is not null)
        {
            return new ServiceAnswer(null, refused);
        }

        _orders = [.. _book.Orders];
        Tell(order!, raised: true);
        if (order is { Kind: ServiceKind.OutOfService, Scope.Device: { } device })
        {
            health.SetService(device, true, now, troubleChanges);
        }

        return new ServiceAnswer(order, null);
    }

    private void Over(ServiceOrder ended, AlarmBook alarms, HealthBook health, Moment now)
    {
        _orders = [.. _book.Orders];
        Tell(ended, raised: false);
        if (ended is { Kind: ServiceKind.OutOfService, Scope.Device: { } device } && !_orders.Any(o => o.Kind == ended.Kind && o.Scope == ended.Scope))
        {
            health.SetService(device, false, now, troubleChanges);
        }

        alarms.Reconsider(d => ended.Scope.Covers(d.Id, d.At), now, alarmChanges);
    }

    private void Tell(ServiceOrder order, bool raised) => troubleChanges.Add(
        new TroubleChange(raised, Trouble.Of(order, _courtyard.Devices.FirstOrDefault(d => d.Id == order.Scope.Device))));

    private bool Exists(ServiceScope scope)
        => (scope.Device is null || _courtyard.Devices.Any(d => d.Id == scope.Device))
            && (scope.Building is null || _courtyard.Buildings.Any(b => b.Id == scope.Building && !(scope.Unit > b.Units)));
}
