using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SmartCourtyard.Mqtt;

/// <summary>The byte stream to the broker: TCP without Nagle's delay, and TLS over it where asked for.</summary>
internal sealed class Transport(Socket socket, Stream stream) : IAsyncDisposable
{
    internal Stream Stream { get; } = stream;

    internal static async Task<Transport> ConnectAsync(MqttOptions options, CancellationToken cancel)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(options.Host, options.Port, cancel).ConfigureAwait(false);
            NetworkStream plain = new(socket, ownsSocket: true);
            return new Transport(socket, options.Tls ? await SecureAsync(plain, options, cancel).ConfigureAwait(false) : plain);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Says that nothing more follows, so that the last packet is not lost to a reset.</summary>
    internal void FinishSending()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is already gone, and with it the need to say so.
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The socket first: closing TLS politely would wait for a peer that may be dead.
        socket.Dispose();
        await Stream.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<SslStream> SecureAsync(NetworkStream plain, MqttOptions options, CancellationToken cancel)
    {
        SslClientAuthenticationOptions authentication = new() { TargetHost = options.Host };
        if (options.CaFile is not null)
        {
            authentication.CertificateChainPolicy = TrustOnly(options.CaFile);
        }

        SslStream secure = new(plain);
        try
        {
            await secure.AuthenticateAsClientAsync(authentication, cancel).ConfigureAwait(false);
            return secure;
        }
        catch (IOException e)
        {
            // So ends a TLS greeting that meets a port without TLS.
            await secure.DisposeAsync().ConfigureAwait(false);
            throw new AuthenticationException($"the other side ended the TLS handshake: {e.Message}", e);
        }
        catch
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static X509ChainPolicy TrustOnly(string caFile)
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(caFile);
            return policy;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CryptographicException(e.Message, e);
        }
    }
}
