namespace SmartCourtyard.DutyRoom.Storage;

internal enum Taken
{
    Accepted,
    Duplicate,
    /// <summary>The sequence number belongs to another event of this gateway.</summary>
    SequenceTaken,
    /// <summary>The id belongs to an event of another gateway.</summary>
    Foreign,
}

/// <summary>Events inside the writer's transaction, each once.</summary>
internal sealed class EventLog(WriterConnection connection) : IDisposable
{
    private readonly Statement add = connection.Prepare(
        "INSERT INTO events(id, gateway, sequence, type, time, received_at, body) VALUES(@i, @g, @s, @t, @a, @r, @b) ON CONFLICT DO NOTHING",
        "i", "g", "s", "t", "a", "r", "b");

    private readonly Statement owner = connection.Prepare("SELECT gateway FROM events WHERE id = @i", "i");

    private readonly Statement answer = connection.Prepare(
        "UPDATE commands SET answered_at = @a, failure = @f WHERE id = @i AND gateway = @g RETURNING type", "a", "f", "i", "g");

    public Taken Add(string id, string gateway, long sequence, string type, DateTimeOffset time, DateTimeOffset receivedAt, string body)
    {
        if (add.Execute(id, gateway, sequence, type, time.ToUnixTimeMilliseconds(), receivedAt.ToUnixTimeMilliseconds(), body) == 1)
        {
            return Taken.Accepted;
        }

        return owner.Scalar(id) switch
        {
            null => Taken.SequenceTaken,
            string known when known == gateway => Taken.Duplicate,
            _ => Taken.Foreign,
        };
    }

    /// <summary>The gateway has done what it was told, or says why it could not.</summary>
    /// <returns>The type of the command; null where it was none of this gateway's.</returns>
    public string? Answer(string gateway, string commandId, DateTimeOffset at, string? failure)
        => answer.Scalar(at.ToUnixTimeMilliseconds(), failure, commandId, gateway) as string;

    public void Dispose()
    {
        add.Dispose();
        owner.Dispose();
        answer.Dispose();
    }
}
