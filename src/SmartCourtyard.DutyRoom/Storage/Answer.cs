namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>An answer as it goes out, and as it is kept for whoever asks the same again.</summary>
internal sealed record Answer(int Status, string Body)
{
    /// <summary>The most characters that an <c>Idempotency-Key</c> may have.</summary>
    public const int KeyLimit = 200;

    /// <summary>
    /// The answer that was given to this key at this address before, or that of <paramref name="make"/>, which is kept; null where
    /// there is none to keep. Without a key nothing is kept.
    /// </summary>
    public static Answer? Once(Writing writing, string? key, string path, string by, Func<Answer?> make)
    {
        if (key is not null && writing.Db.Answers.Find(key, path, by) is { } given)
        {
            return new(given.Status, given.Body);
        }

        var answer = make();
        if (key is not null && answer is not null)
        {
            writing.Db.Answers.Add(new() { Key = key, Path = path, By = by, Status = answer.Status, Body = answer.Body, At = writing.Now });
            writing.Db.SaveChanges();
        }

        return answer;
    }

    public IResult AsResult() => TypedResults.Text(Body, Status < 300 ? "application/json" : Problem.ContentType, null, Status);
}
