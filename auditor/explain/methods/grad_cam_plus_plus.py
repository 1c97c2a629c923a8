"""Grad-CAM++ (Chattopadhay et al. 2018): positive gradients, weighted place by place."""

from torch import Tensor

from auditor.explain.cards import card
from auditor.explain.methods.grad_cam import GradCAM


class GradCAMPlusPlus(GradCAM):
    """Grad-CAM with the weights of a closed form for exp(score).

    With g the gradient of the logit at a place of A^k, alpha = g^2 / (2 g^2 + sum A^k g^3), the sum over the map,
    and the weight of the map is the sum of alpha ReLU(g).

    References
    ----------
    A. Chattopadhay, A. Sarkar, P. Howlader, V. N. Balasubramanian: Grad-CAM++: Generalized Gradient-Based Visual
    Explanations for Deep Convolutional Networks. WACV 2018, equations 5 and 19.
    """

    card = card("grad_cam_plus_plus")

    def _weights(self, activations: Tensor, gradients: Tensor) -> Tensor:
        places = tuple(range(2, gradients.ndim))
        squares = gradients**2
        below = 2 * squares + activations.sum(dim=places, keepdim=True) * gradients**3
        alpha = squares / below.where(below != 0, 1.0)
        return (alpha * gradients.relu()).sum(dim=places, keepdim=True)
