namespace SmartCourtyard.Mqtt;

/// <summary>What the client wants to hear, and what of it the broker has granted in the session it keeps.</summary>
internal sealed class SubscriptionList(IEnumerable<MqttSubscription> first, IEnumerable<string> leaving)
{
    private readonly Lock _gate = new();
    private readonly List<MqttSubscription> _wanted = [.. first];
    private readonly HashSet<string> _granted = new(StringComparer.Ordinal);
    private readonly HashSet<string> _lowered = new(StringComparer.Ordinal);
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);
    private readonly HashSet<string> _leaving = [.. leaving.Except(first.Select(s => s.Filter))];

    /// <summary>A filter that is wanted already stays as it is.</summary>
    internal void Add(IEnumerable<MqttSubscription> further)
    {
        lock (_gate)
        {
            HashSet<string> known = [.. _wanted.Select(s => s.Filter)];
            _wanted.AddRange(further.Where(s => known.Add(s.Filter)));
            _leaving.ExceptWith(further.Select(s => s.Filter));
        }
    }

    /// <summary>They are no longer wanted, and the broker may still have them.</summary>
    internal void Remove(IReadOnlyList<string> filters)
    {
        lock (_gate)
        {
            HashSet<string> gone = [.. filters];
            _wanted.RemoveAll(s => gone.Contains(s.Filter));
            _granted.ExceptWith(gone);
            _leaving.UnionWith(gone);
        }
    }

    /// <summary>What the broker may still have although nobody wants it.</summary>
    internal string[] Leaving()
    {
        lock (_gate)
        {
            return [.. _leaving];
        }
    }

    /// <summary>The broker has them no more.</summary>
    internal void Left(IEnumerable<string> filters)
    {
        lock (_gate)
        {
            _leaving.ExceptWith(filters);
        }
    }

    /// <summary>The broker has no session any more.</summary>
    internal void Forget()
    {
        lock (_gate)
        {
            _granted.Clear();
            _leaving.Clear();
        }
    }

    /// <summary>What is to be asked for. What was refused is asked for again only once after each connect.</summary>
    internal MqttSubscription[] Missing(bool afterConnect)
    {
        lock (_gate)
        {
            if (afterConnect)
            {
                _refused.Clear();
            }

            return [.. _wanted.Where(s => !_granted.Contains(s.Filter) && !_refused.Contains(s.Filter))];
        }
    }

    /// <summary>Takes the codes of one SUBACK.</summary>
    internal void Answered(MqttSubscription[] asked, byte[] codes)
    {
        lock (_gate)
        {
            for (int i = 0; i < asked.Length; i++)
            {
                bool refused = codes[i] >= 0x80, lowered = codes[i] < (byte)asked[i].Qos;
                Set(_refused, asked[i].Filter, refused);
                Set(_granted, asked[i].Filter, !refused);
                Set(_lowered, asked[i].Filter, lowered);
            }
        }
    }

    /// <summary>The worst that became of these.</summary>
    internal MqttSubscribeResult Of(IEnumerable<MqttSubscription> some)
    {
        lock (_gate)
        {
            return some.Select(s => Of(s.Filter)).DefaultIfEmpty(MqttSubscribeResult.Granted).Max();
        }
    }

    private MqttSubscribeResult Of(string filter) =>
        _refused.Contains(filter) ? MqttSubscribeResult.Refused
        : !_granted.Contains(filter) ? MqttSubscribeResult.Later
        : _lowered.Contains(filter) ? MqttSubscribeResult.Lowered
        : MqttSubscribeResult.Granted;

    private static void Set(HashSet<string> set, string filter, bool contained)
    {
        if (contained)
        {
            set.Add(filter);
        }
        else
        {
            set.Remove(filter);
        }
    }
}
