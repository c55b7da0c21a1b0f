using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;

namespace SmartCourtyard.Gateway.Reassurance;

/// <summary>
/// When the order of one actuator is sent, and when its silence is a trouble. Pure. An order stands until it is confirmed by the
/// device's own word or replaced by a newer one; a device that goes back on its word is told again.
/// </summary>
internal sealed class OrderCourse
{
    /// <summary>How often it is sent before the device's silence is a trouble.</summary>
    public const int TriesBeforeTrouble = 3;

    /// <summary>How often it may go back on its word before that is a trouble, although it does each time what it is told again.</summary>
    public const int RelapsesBeforeTrouble = 3;

    /// <summary>How long the device has for its word unless the site file says otherwise.</summary>
    public static readonly TimeSpan ConfirmUsually = TimeSpan.FromSeconds(5);

    /// <summary>How often it is sent once its silence is a trouble.</summary>
    public static readonly TimeSpan AgainEvery = TimeSpan.FromMinutes(1);

    private int _tries;
    private int _relapses;
    private string? _problem;
    private bool _isRest;

    /// <summary>What the actuator must do; null before the first order.</summary>
    public ActuatorOrder? Order { get; private set; }

    /// <summary>Grows by one with each order: what is said of an older one does not count.</summary>
    public long Number { get; private set; }

    /// <summary>Whether the device has said that it does it.</summary>
    public bool IsConfirmed { get; private set; }

    /// <summary>Why a technician is needed, in one sentence; null where none is.</summary>
    public string? Trouble { get; private set; }

    /// <summary>When the order must be sent next; null while there is nothing to send.</summary>
    public TimeSpan? Due { get; private set; }

    /// <summary>How long the device has for its word.</summary>
    public TimeSpan ConfirmWithin { get; set; } = ConfirmUsually;

    /// <summary>The actuator must do something else from now on.</summary>
    public void Tell(ActuatorOrder order, TimeSpan now)
    {
        (Order, Number, _isRest, _relapses) = (order, Number + 1, false, 0);
        Begin(now);
    }

    /// <summary>
    /// An earlier run may have left it on: it is told to rest, and left alone once it does. Its silence calls nobody, only its word that
    /// it is on does.
    /// </summary>
    public void Rest(ActuatorOrder order, TimeSpan now)
    {
        Tell(order, now);
        _isRest = true;
    }

    /// <summary>The way to the device is new: what stands is sent again.</summary>
    public void Again(TimeSpan now)
    {
        if (Order is not null)
        {
            Begin(now);
        }
    }

    /// <summary>The device can be told something again: what it has not confirmed is not put off any longer.</summary>
    public void Sooner(TimeSpan now)
    {
        if (Order is not null && !IsConfirmed)
        {
            (_tries, Due) = (Math.Min(_tries, TriesBeforeTrouble - 1), now);
        }
    }

    /// <summary>Whether the order must be sent at this moment; if so, it counts as sent.</summary>
    public bool MustSend(TimeSpan now)
    {
        if (Order is null || IsConfirmed || Due is not { } due || now < due)
        {
            return false;
        }

        if (_tries >= TriesBeforeTrouble && _isRest)
        {
            Due = null;
            return false;
        }

        if (_tries >= TriesBeforeTrouble && Trouble is null)
        {
            Trouble = Sentence(Order, _problem ?? "it does not say that it does");
            Due = now + AgainEvery;
            return false;
        }

        _tries++;
        Due = now + (Trouble is null ? ConfirmWithin : AgainEvery);
        return true;
    }

    /// <summary>What became of an order that was sent.</summary>
    public void Note(long number, Carried carried)
    {
        if (number != Number || IsConfirmed)
        {
            return;
        }

        _problem = carried.Problem;
        if (carried.Outcome == CarriedOutcome.Confirmed)
        {
            Confirm();
        }
    }

    /// <summary>The device says what it does.</summary>
    /// <param name="on">Sounding, closed, lit.</param>
    /// <param name="sign">What a lamp shows; null where it does not say.</param>
    /// <param name="now">When it says so.</param>
    public void Hear(bool on, LampSign? sign, TimeSpan now)
    {
        if (Order is null)
        {
            return;
        }

        if (on == Order.On && (sign is null || sign == Order.Sign))
        {
            Confirm();
        }
        else if (_isRest || IsConfirmed)
        {
            _relapses += IsConfirmed ? 1 : 0;
            _isRest = false;
            Begin(now);
            if (Order is { On: true, Actuator.Class: DeviceClass.GasValve })
            {
                // Gas may flow where it must not: no three tries for that.
                Trouble = $"{Order.Actuator.Id} was closed and says that it is open, although nobody on site has released it; it is told to close again";
                _tries = TriesBeforeTrouble;
            }
            else if (_relapses >= RelapsesBeforeTrouble)
            {
                Trouble = $"{Order.Actuator.Id} was told to {Word(Order)}, said {_relapses} times that it does and then that it does not: look at its relay and its supply";
            }
        }
    }

    private static string Sentence(ActuatorOrder order, string problem) =>
        $"{order.Actuator.Id} was told to {Word(order)} {TriesBeforeTrouble} times and does not confirm it: {problem}; it is told again every minute";

    private static string Word(ActuatorOrder order) => (order.Actuator.Class, order.On) switch
    {
        (DeviceClass.GasValve, true) => "close",
        (DeviceClass.GasValve, false) => "be free again",
        (DeviceClass.ReassuranceLamp, true) => $"show '{order.Sign.ToString().ToLowerInvariant()}'",
        (_, true) => "go on",
        (_, false) => "go off",
    };

    private void Begin(TimeSpan now) => (_tries, _problem, IsConfirmed, Due) = (0, null, false, now);

    private void Confirm()
    {
        (IsConfirmed, Due, _problem) = (true, null, null);
        // One that will not stay as it is told is not mended by doing it once more.
        Trouble = _relapses >= RelapsesBeforeTrouble ? Trouble : null;
        if (_isRest)
        {
            (Order, _isRest) = (null, false);
        }
    }
}
