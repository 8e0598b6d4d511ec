"""A PyTorch loop with the architecture and the schedule of the paper's code.

    python benchmarks/pytorch_baseline.py --size=snli --device=cpu

What a researcher would run instead of this package, in current PyTorch at its
best: packed sequences, logits at real tokens only, fused optimizers, codes
encoded once for critic and encoder phase. `--padded_logits` computes logits
at padding too, as the released code did; `--compiled` uses `torch.compile`.
Prints milliseconds a step.
"""

import time

import numpy as np
import torch
import workloads
from absl import app
from absl import flags
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.functional import normalize
from torch.nn.utils.rnn import PackedSequence
from torch.nn.utils.rnn import pack_padded_sequence
from torch.nn.utils.rnn import pad_packed_sequence


def mlp(*widths, slope=0.0, batch_normalization=False):
    layers = []
    for units, next_units in zip(widths[:-2], widths[1:-1]):
        layers.append(nn.Linear(units, next_units))
        if batch_normalization:
            layers.append(nn.BatchNorm1d(next_units))
        layers.append(nn.LeakyReLU(slope) if slope else nn.ReLU())
    return nn.Sequential(*layers, nn.Linear(*widths[-2:]))


class TextNetworks(nn.Module):
    """LSTM encoder and decoder, generator and critic of `workloads.Text`."""

    def __init__(self, size, padded_logits=False):
        super().__init__()
        units, words = size.units, size.vocabulary_size
        self.padded_logits = padded_logits
        self.embedding = nn.Embedding(words, units)
        self.lstm = nn.LSTM(units, units, batch_first=True)
        self.decoder_embedding = nn.Embedding(words, units)
        self.decoder_lstm = nn.LSTM(2 * units, units, batch_first=True)
        self.output = nn.Linear(units, words)
        self.generator = mlp(size.noise_dim, units, units, units)
        self.critic = mlp(units, units, units, 1, slope=0.2)

    def encoder_parameters(self):
        return [*self.embedding.parameters(), *self.lstm.parameters()]

    def autoencoder_parameters(self):
        networks = (self.decoder_embedding, self.decoder_lstm, self.output)
        return self.encoder_parameters() + [
            p for net in networks for p in net.parameters()
        ]

    def encode(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, True, False)
        embedded = PackedSequence(self.embedding(packed.data), *packed[1:])
        _, (state, _) = self.lstm(embedded)
        return normalize(state[0], dim=1)

    def reconstruction_loss(self, x, lengths, code):
        previous = torch.cat([torch.ones_like(x[:, :1]), x[:, :-1]], 1)
        codes = code[:, None].expand(-1, x.shape[1], -1)
        inputs = torch.cat([self.decoder_embedding(previous), codes], 2)
        packed = pack_padded_sequence(inputs, lengths, True, False)
        states, _ = self.decoder_lstm(packed)
        targets = pack_padded_sequence(x, lengths, True, False).data
        if not self.padded_logits:
            return cross_entropy(self.output(states.data), targets)
        states, _ = pad_packed_sequence(states, True)
        logits = self.output(states)
        x = x[:, : logits.shape[1]]
        mask = x > 0
        return cross_entropy(logits[mask], x[mask])

    @torch.no_grad()
    def decode(self, code, max_length, top_p=None, top_k=None):
        """Ids, token by token, until every sentence has ended."""
        previous = torch.ones(len(code), 1, dtype=torch.long)
        previous, state, ids = previous.to(code.device), None, []
        ended = torch.zeros_like(previous, dtype=torch.bool)
        for _ in range(max_length + 1):
            embedded = self.decoder_embedding(previous)
            inputs = torch.cat([embedded, code[:, None]], 2)
            hidden, state = self.decoder_lstm(inputs, state)
            logits = self.output(hidden[:, 0])
            previous = choose(logits, top_p, top_k).masked_fill(ended, 0)
            ended = ended | (previous == 2)
            ids.append(previous)
            if bool(ended.all()):
                break
        return torch.cat(ids, 1)


def choose(logits, top_p, top_k):
    """The likeliest token, or one drawn from the likeliest `top_p`."""
    if top_p is None:
        return logits.argmax(1, keepdim=True)
    chances, order = logits.softmax(1).topk(top_k or logits.shape[1])
    chances[chances.cumsum(1) - chances > top_p] = 0
    return order.gather(1, torch.multinomial(chances, 1))


class ImageNetworks(nn.Module):
    """Dense networks of `workloads.Images`."""

    def __init__(self, size):
        super().__init__()
        pixels, options = size.height * size.width, {}
        options["batch_normalization"] = True
        self.encoder = mlp(pixels, *size.encoder_dims, size.code_dim, **options)
        self.decoder = mlp(
            size.code_dim, *size.decoder_dims, 2 * pixels, **options
        )
        self.generator = mlp(size.noise_dim, *size.generator_dims, 100)
        self.critic = mlp(size.code_dim, *size.critic_dims, 1, slope=0.2)

    def encoder_parameters(self):
        return list(self.encoder.parameters())

    def autoencoder_parameters(self):
        return self.encoder_parameters() + list(self.decoder.parameters())

    def encode(self, x, lengths):
        return normalize(self.encoder(x.flatten(1).float()), dim=1)

    def reconstruction_loss(self, x, lengths, code):
        logits = self.decoder(code).view(-1, 2)
        return cross_entropy(logits, x.flatten())

    @torch.no_grad()
    def decode(self, code, max_length, top_p=None, top_k=None):
        return self.decoder(code).view(len(code), -1, 2).argmax(2)


class Baseline:
    """The networks and one training step of the loop.

    Args:
        size: `workloads.Text` or `workloads.Images`.
        device: str.
        padded_logits: bool.
        compiled: bool. Whether `torch.compile` takes what is differentiated
            once; it cannot take the critic's penalty.
    """

    def __init__(self, size, device="cpu", padded_logits=False, compiled=False):
        torch.manual_seed(0)
        self.size, self.device = size, device
        self.is_text = isinstance(size, workloads.Text)
        networks = (
            TextNetworks(size, padded_logits)
            if self.is_text
            else ImageNetworks(size)
        )
        self.networks = networks.to(device)
        if compiled:
            for name in ("encode", "reconstruction_loss", "generator"):
                function = getattr(networks, name)
                setattr(networks, name, torch.compile(function))
        options = {"betas": (0.5, 0.999), "fused": True}
        parameters = networks.autoencoder_parameters()
        self.autoencoder = (
            torch.optim.SGD(parameters, 1.0, fused=True)
            if self.is_text
            else torch.optim.Adam(parameters, 5e-4, fused=True)
        )
        self.critic = torch.optim.Adam(
            networks.critic.parameters(), 1e-4, **options
        )
        self.generator = torch.optim.Adam(
            networks.generator.parameters(), 1e-4, **options
        )

    def prepare(self, rows):
        """A batch: rows as a tensor, and the lengths of sentences."""
        x = torch.as_tensor(rows, dtype=torch.long).to(self.device)
        return x, torch.as_tensor((rows > 0).sum(-1)) if self.is_text else None

    def step(self, batch, fresh=()):
        """One iteration; `fresh` batches are for the critic, one a step."""
        self.reconstruction_step(*batch)
        code = self.networks.encode(*batch)
        codes = [code.detach()] * self.size.critic_steps
        if fresh:
            with torch.no_grad():
                codes = [self.networks.encode(*part) for part in fresh]
        for real in codes:
            self.critic_step(real)
        self.encoder_step(code)
        self.generator_step(len(code))

    def reconstruction_step(self, x, lengths):
        networks = self.networks
        code = networks.encode(x, lengths)
        code = code + 0.05 * torch.randn_like(code)
        loss = networks.reconstruction_loss(x, lengths, code)
        self.update(self.autoencoder, loss, clip=self.is_text)

    def critic_step(self, real):
        critic = self.networks.critic
        with torch.no_grad():
            generated = self.generated_code(len(real))
        loss = critic(generated).mean() - critic(real).mean()
        if not self.is_text:
            self.update(self.critic, loss)
            with torch.no_grad():
                for parameter in critic.parameters():
                    parameter.clamp_(-0.05, 0.05)
            return
        share = torch.rand(len(real), 1, device=self.device)
        between = torch.lerp(generated, real, share).requires_grad_()
        (slope,) = torch.autograd.grad(
            critic(between).sum(), between, create_graph=True
        )
        loss = loss + (slope.norm(dim=1) - 1).square().mean()
        self.update(self.critic, loss)

    def encoder_step(self, code):
        critic = self.networks.critic
        parameters = self.networks.encoder_parameters()
        loss = 0.1 * critic(code).mean()
        gradients = torch.autograd.grad(loss, parameters)
        self.autoencoder.zero_grad()
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = gradient
        if self.is_text:
            nn.utils.clip_grad_norm_(parameters, 1.0)
        self.autoencoder.step()

    def generator_step(self, num_codes):
        loss = -self.networks.critic(self.generated_code(num_codes)).mean()
        self.update(self.generator, loss)

    def update(self, optimizer, loss, clip=False):
        """One step of `optimizer`, for its own parameters only."""
        parameters = optimizer.param_groups[0]["params"]
        gradients = torch.autograd.grad(loss, parameters)
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = gradient
        if clip:
            nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()

    def generated_code(self, num_codes):
        shape = (num_codes, self.size.noise_dim)
        noise = torch.randn(shape, device=self.device)
        return self.networks.generator(noise)

    @torch.no_grad()
    def generate(self, num_samples, batch_size=256, **options):
        """Arrays of ids or pixels of new data."""
        length = getattr(self.size, "max_length", 0)
        return [
            self.networks.decode(
                self.generated_code(min(batch_size, num_samples - start)),
                length,
                **options,
            ).cpu()
            for start in range(0, num_samples, batch_size)
        ]

    def synchronize(self):
        if self.device != "cpu":
            torch.cuda.synchronize()


def time_steps(baseline, rows, steps, fresh=False):
    """Milliseconds of each step on batches from `rows`."""
    size, milliseconds = baseline.size, []
    parts = 1 + size.critic_steps * fresh
    generator = np.random.default_rng(0)
    for _ in range(steps):
        start = time.perf_counter()
        chosen = generator.choice(len(rows), (parts, size.batch_size))
        batch, *others = [baseline.prepare(rows[part]) for part in chosen]
        baseline.step(batch, others)
        baseline.synchronize()
        milliseconds.append(1000 * (time.perf_counter() - start))
    return milliseconds


def main(_):
    FLAGS = flags.FLAGS
    size = workloads.SIZES[FLAGS.size]
    baseline = Baseline(size, FLAGS.device, FLAGS.padded_logits, FLAGS.compiled)
    rows = size.rows(size.batch_size * 50)
    fresh = FLAGS.schedule == "fresh"
    first, *steps = time_steps(baseline, rows, FLAGS.steps + 1, fresh)
    low, median, high = np.percentile(steps, [25, 50, 75])
    print(
        f"{FLAGS.size}, {FLAGS.schedule}: {median:.1f} ms a step "
        f"(quartiles {low:.1f} to {high:.1f}; first step {first:.0f} ms)"
    )


if __name__ == "__main__":
    flags.DEFINE_enum("size", "snli", sorted(workloads.SIZES), "Sizes.")
    flags.DEFINE_enum("schedule", "reuse", ["reuse", "fresh"], "For critic.")
    flags.DEFINE_string("device", "cpu", "cpu or cuda.")
    flags.DEFINE_bool("padded_logits", False, "As released: at padding too.")
    flags.DEFINE_bool("compiled", False, "Use `torch.compile`.")
    flags.DEFINE_integer("steps", 50, "Steps to time.")
    app.run(main)
