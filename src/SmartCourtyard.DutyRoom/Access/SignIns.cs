using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Access;

/// <summary>Checks passwords, slows down who guesses, and keeps the sessions.</summary>
internal sealed class SignIns(
    Database database, Ledger ledger, IPasswordHasher<UserRow> hasher, TimeProvider time) : IDisposable
{
    /// <summary>A shift and what comes before and after it.</summary>
    public static readonly TimeSpan SessionLength = TimeSpan.FromHours(14);

    public static readonly TimeSpan ThrottleWindow = TimeSpan.FromMinutes(5);
    public const int FailuresAllowed = 5;

    private const int RememberedLimit = 10_000;

    // A password check costs 100 ms of a core on purpose; one at a time leaves the machine to the alarms.
    private readonly SemaphoreSlim checks = new(1);
    private readonly Dictionary<(string User, string Address), (int Count, long Since)> failures = [];
    private readonly Lock failuresLock = new();

    private static readonly UserRow Nobody = new() { Name = "", PasswordHash = "", Role = "" };

    private readonly Lazy<string> nobodysHash = new(() => hasher.HashPassword(Nobody, Secrets.NewSession()));

    /// <summary>The cookie's value and the user, or why not.</summary>
    public async Task<(string? Session, UserRow? User, Problem? Problem)> SignInAsync(
        string name, string password, string address, CancellationToken cancel)
    {
        if (Wait(name, address) is { } wait)
        {
            return (null, null, new(429, "Too many tries", $"Too many failed sign-ins; try again in {Math.Ceiling(wait.TotalSeconds)} s.")
            {
                RetryAfter = wait,
            });
        }

        if (await CheckAsync(name, password, cancel) is not { } user)
        {
            Failed(name, address);
            await ledger.WriteAsync(writing => Note(writing, name, "sign-in refused", address));
            return (null, null, new(401, "Not signed in", "User or password is wrong."));
        }

        lock (failuresLock)
        {
            failures.Remove((name, address));
        }

        var session = Secrets.NewSession();
        await ledger.WriteAsync(writing =>
        {
            writing.Db.Sessions.Add(new() { Sha256 = Secrets.Sha256(session), User = user.Name, ExpiresAt = writing.Now + SessionLength });
            writing.Db.SaveChanges();
            return Note(writing, user.Name, "signed in", address);
        });
        return (session, user, null);
    }

    public Task SignOutAsync(string session, string name, string address) => ledger.WriteAsync(writing =>
    {
        var sha256 = Secrets.Sha256(session);
        writing.Db.Sessions.Where(s => s.Sha256 == sha256).ExecuteDelete();
        return Note(writing, name, "signed out", address);
    });

    public void Dispose() => checks.Dispose();

    private async Task<UserRow?> CheckAsync(string name, string password, CancellationToken cancel)
    {
        await using var db = database.Read();
        var user = await db.Users.SingleOrDefaultAsync(u => u.Name == name && !u.Disabled, cancel);
        await checks.WaitAsync(cancel);
        try
        {
            // Unknown names take as long as known ones.
            var outcome = hasher.VerifyHashedPassword(user ?? Nobody, user?.PasswordHash ?? nobodysHash.Value, password);
            return outcome == PasswordVerificationResult.Failed ? null : user;
        }
        finally
        {
            checks.Release();
        }
    }

    private TimeSpan? Wait(string name, string address)
    {
        lock (failuresLock)
        {
            if (!failures.TryGetValue((name, address), out var failed) || failed.Count < FailuresAllowed)
            {
                return null;
            }

            var rest = ThrottleWindow - time.GetElapsedTime(failed.Since);
            if (rest > TimeSpan.Zero)
            {
                return rest;
            }

            failures.Remove((name, address));
            return null;
        }
    }

    private void Failed(string name, string address)
    {
        lock (failuresLock)
        {
            if (failures.Count >= RememberedLimit)
            {
                failures.Clear();
            }

            var known = failures.GetValueOrDefault((name, address));
            failures[(name, address)] = (known.Count + 1, time.GetTimestamp());
        }
    }

    private static bool Note(Writing writing, string who, string what, string address)
    {
        writing.Audit(who, what, address: address);
        return true;
    }
}
