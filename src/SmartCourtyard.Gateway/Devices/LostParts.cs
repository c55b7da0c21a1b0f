namespace SmartCourtyard.Gateway.Devices;

/// <summary>
/// The chips, lines and sensors of this machine that cannot be reached, by the names that sources depend on. Each is said once when it
/// goes and once when it is back, however often it is tried.
/// </summary>
/// <param name="tell">Part, whether it is lost, and why.</param>
internal sealed partial class LostParts(Func<string, bool, string?, CancellationToken, ValueTask> tell, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _lost = new(StringComparer.Ordinal);
    private readonly List<(string Part, string? Why)> _untold = [];

    /// <summary>Why each part that is lost now cannot be reached.</summary>
    public IReadOnlyDictionary<string, string> Now
    {
        get
        {
            lock (_gate)
            {
                return new Dictionary<string, string>(_lost);
            }
        }
    }

    /// <summary>Goes on from what those before knew of the courtyard's parts: what they lost is told again, and told when it is back.</summary>
    public void Follow(LostParts before, IReadOnlySet<string> parts)
    {
        foreach (var (part, why) in before.Known().Where(k => parts.Contains(k.Part)))
        {
            lock (_gate)
            {
                _untold.Add((part, why));
                if (why is not null)
                {
                    _lost[part] = why;
                }
            }
        }
    }

    private (string Part, string? Why)[] Known()
    {
        lock (_gate)
        {
            return [.. _untold.Where(u => u.Why is null), .. _lost.Select(l => (l.Key, (string?)l.Value))];
        }
    }

    /// <summary>Notes that a part is lost and why, or (null) that it is there.</summary>
    public void Note(string part, string? why)
    {
        lock (_gate)
        {
            if (why is null ? !_lost.Remove(part) : _lost.TryGetValue(part, out var before) && before == why)
            {
                return;
            }

            if (why is null)
            {
                LogBack(part);
            }
            else
            {
                _lost[part] = why;
                LogLost(part, why);
            }

            _untold.Add((part, why));
        }
    }

    /// <summary>Tells what is new.</summary>
    public async ValueTask TellAsync(CancellationToken stop)
    {
        (string Part, string? Why)[] news;
        lock (_gate)
        {
            if (_untold.Count == 0)
            {
                return;
            }

            news = [.. _untold];
            _untold.Clear();
        }

        for (var i = 0; i < news.Length; i++)
        {
            try
            {
                await tell(news[i].Part, news[i].Why is not null, news[i].Why, stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // Those who follow tell it.
                lock (_gate)
                {
                    _untold.InsertRange(0, news[i..]);
                }

                throw;
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Part} cannot be reached: {Why}")]
    private partial void LogLost(string part, string why);

    [LoggerMessage(LogLevel.Information, "{Part} can be reached again")]
    private partial void LogBack(string part);
}
