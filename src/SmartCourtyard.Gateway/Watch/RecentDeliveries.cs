namespace SmartCourtyard.Gateway.Watch;

/// <summary>The fingerprints of the last deliveries that had consequences; the oldest is forgotten first.</summary>
internal sealed class RecentDeliveries
{
    private readonly int _most;
    private readonly Queue<long> _order = new();
    private readonly HashSet<long> _known = [];

    public RecentDeliveries(IReadOnlyList<long> remembered, int most)
    {
        _most = most;
        foreach (var fingerprint in remembered)
        {
            Add(fingerprint);
        }
    }

    public bool Contains(long fingerprint) => _known.Contains(fingerprint);

    public void Add(long fingerprint)
    {
        if (_known.Add(fingerprint))
        {
            _order.Enqueue(fingerprint);
            if (_order.Count > _most)
            {
                _known.Remove(_order.Dequeue());
            }
        }
    }
}
